using Gateway.Settings;

namespace Gateway.RouteFeatures.Draining;

/// <summary>
/// How a replica ends that still has clients: <c>Gateway:Drain</c>. Both times and some seconds for the process to end must fit into the
/// grace period of the sender of SIGTERM. Read at start.
/// </summary>
internal sealed record DrainOptions
{
    /// <summary>
    /// How long new requests are served after SIGTERM, while <c>/readyz</c> already answers 503, so that load balancers can forget the
    /// replica. Default 5 seconds, in the Development environment none; up to 1 hour.
    /// </summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// How long requests, streams and upgraded connections may then take to end; what is left is cut off. Default 30 seconds; 1 second to 1
    /// day.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>The checked form of <see cref="DrainOptions"/>.</summary>
internal sealed record DrainSettings(TimeSpan Delay, TimeSpan Timeout);

/// <summary>Checks <c>Gateway:Drain</c>.</summary>
internal static class DrainCheck
{
    private const string Section = "Gateway:Drain";
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    public static DrainSettings Build(DrainOptions options, SettingsContext context)
    {
        context.Report.Range($"{Section}:Delay", options.Delay, TimeSpan.Zero, LongestDelay);
        context.Report.Range($"{Section}:Timeout", options.Timeout, ShortestTimeout, LongestTimeout);

        return new DrainSettings(options.Delay ?? (context.IsDevelopment ? TimeSpan.Zero : DefaultDelay), options.Timeout);
    }
}
