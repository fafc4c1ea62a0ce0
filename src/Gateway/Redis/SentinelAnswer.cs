using System.Globalization;
using System.Net;

namespace Gateway.Redis;

/// <summary>What one sentinel says: the primary that it names, and the servers that follow it.</summary>
internal sealed record SentinelAnswer(EndPoint Primary, IReadOnlyList<SentinelReplica> Replicas)
{
    /// <summary>
    /// The replicas to connect to beside the primary that most sentinels name. One that reports that it is a primary itself stops every
    /// read and write, so it is left out where it is the old primary: sentinels tell it of its successor after 8 seconds at the earliest.
    /// Before, during a failover, it may be the successor. Then one sentinel has begun to promote it, and soon names it.
    /// </summary>
    public static IEnumerable<EndPoint> ReplicasOf(EndPoint named, IReadOnlyCollection<SentinelAnswer> answers)
    {
        var isSettled = answers.All(answer => answer.Primary.Equals(named))
            && !answers.SelectMany(answer => answer.Replicas).Any(replica => replica.IsBeingPromoted);
        return answers.Where(answer => answer.Primary.Equals(named))
            .SelectMany(answer => answer.Replicas)
            .Where(replica => !replica.IsDown && !(isSettled && replica.ReportsPrimary))
            .Select(replica => replica.Address)
            .OfType<EndPoint>();
    }
}

/// <summary>A replica as a sentinel describes it.</summary>
/// <param name="Address">Null when it cannot be read.</param>
internal sealed record SentinelReplica(EndPoint? Address, bool IsDown, bool IsBeingPromoted, bool ReportsPrimary)
{
    /// <param name="fields">One item of the reply to SENTINEL REPLICAS.</param>
    public static SentinelReplica Of(KeyValuePair<string, string>[] fields)
    {
        var values = fields.ToDictionary(StringComparer.Ordinal);
        var flags = values.GetValueOrDefault("flags", "").Split(',');
        return new SentinelReplica(
            AddressOf(values),
            IsDown: flags.Contains("s_down") || flags.Contains("o_down"),
            IsBeingPromoted: flags.Contains("promoted"),
            ReportsPrimary: values.GetValueOrDefault("role-reported") == "master");
    }

    private static EndPoint? AddressOf(Dictionary<string, string> values) =>
        values.TryGetValue("ip", out var host)
            && int.TryParse(values.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port)
            : null;
}
