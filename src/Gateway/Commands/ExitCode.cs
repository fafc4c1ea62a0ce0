namespace Gateway.Commands;

/// <summary>The exit codes of every command. Scripts depend on them. A new meaning gets a new number.</summary>
internal static class ExitCode
{
    /// <summary>What was asked for is done, or what was checked is good.</summary>
    public const int Done = 0;

    /// <summary>The configuration or the input has errors, or what was checked is revoked or rejected.</summary>
    public const int Findings = 1;

    /// <summary>The arguments are wrong.</summary>
    public const int Usage = 2;

    /// <summary>A file, a port or a store cannot be used at the moment.</summary>
    public const int Unavailable = 3;
}
