using System.Collections.Frozen;

namespace Gateway.Foundation;

/// <summary>A method for people and time series to read: a client may send any word at all.</summary>
internal static class RequestMethod
{
    // As in OpenTelemetry's conventions for HTTP.
    private const string Other = "_OTHER";

    private static readonly FrozenSet<string> Methods = new[]
    {
        HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Options,
        HttpMethods.Connect, HttpMethods.Trace,
    }.ToFrozenSet();

    public static string Known(string method) => Methods.Contains(method) ? method : Other;
}
