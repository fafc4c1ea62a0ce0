namespace Gateway.Benchmarks.Operations;

/// <summary>What the requests of <see cref="RequestPathBenchmarks"/> are; public because BenchmarkDotNet asks for it.</summary>
public enum PathLoad
{
    /// <summary>One token, and no headers but Host and Authorization.</summary>
    Known,

    /// <summary>One token, with the headers of a browser.</summary>
    Browser,

    /// <summary>Ten thousand tokens in turn, which the gateway remembers but no cache of the processor holds.</summary>
    Many,

    /// <summary>Each time a token that the gateway does not know.</summary>
    New,
}
