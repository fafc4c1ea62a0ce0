using System.Collections.Frozen;

namespace Gateway.Foundation;

/// <summary>Maps methods that HTTP does not define to one name for logs and metrics, because clients may send any word.</summary>
internal static class RequestMethod
{
    // The value that OpenTelemetry's conventions for HTTP prescribe.
    private const string Other = "_OTHER";

    private static readonly FrozenSet<string> Methods = new[]
    {
        HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Options,
        HttpMethods.Connect, HttpMethods.Trace,
    }.ToFrozenSet();

    public static string Known(string method) => Methods.Contains(method) ? method : Other;
}
