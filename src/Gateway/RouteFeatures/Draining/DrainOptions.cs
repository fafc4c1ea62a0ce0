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
        if (options.Delay < TimeSpan.Zero || options.Delay > LongestDelay)
        {
            context.Report.Error($"{Section}:Delay", "this is out of range.", "Choose 00:00:00 to 01:00:00.");
        }

        if (options.Timeout < ShortestTimeout || options.Timeout > LongestTimeout)
        {
            context.Report.Error($"{Section}:Timeout", "this is out of range.", "Choose 00:00:01 to 1.00:00:00.");
        }

        return new DrainSettings(options.Delay ?? (context.IsDevelopment ? TimeSpan.Zero : DefaultDelay), options.Timeout);
    }
}
