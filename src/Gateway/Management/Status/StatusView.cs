using Gateway.Configuration;
using Gateway.Explanation;
using Gateway.Redis;
using Gateway.Revocation;
using Gateway.RouteFeatures.Draining;
using Gateway.Runtime;
using Yarp.ReverseProxy;

namespace Gateway.Management.Status;

/// <summary>The page: what needs attention in words at its top, then each part of the gateway.</summary>
internal sealed class StatusView(
    ConfigurationStatus configuration, RevocationList revocations, IRevocationLog log, Drain drain, IProxyStateLookup proxy, TimeProvider time,
    RedisConnection? redis = null)
{
    private static readonly string Version = typeof(StatusView).Assembly.GetName().Version!.ToString(fieldCount: 3);

    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <param name="refresh">After how many seconds the browser asks again; null for never.</param>
    /// <param name="isLinked">True when the page can be asked for again by its address alone.</param>
    public string Write(GatewaySnapshot snapshot, int? refresh, bool isLinked)
    {
        var (html, now, state, redisStatus) = (new Html(), time.GetUtcNow(), configuration.Current, redis?.Status);
        StatusStyle.Begin(html, refresh);
        html.Add($"<main><header><h1>Gateway</h1><p>{Version} on {Environment.MachineName}, up for {Shown.Duration((now - _started).TotalSeconds)}, ");
        html.Add($"seen at <time datetime=\"{now}\">{now}</time></p>");
        if (isLinked && refresh is null)
        {
            html.Add($"<p><a href=\"/admin?refresh=10\">Refresh every 10 s</a></p>");
        }
        else if (isLinked)
        {
            html.Add($"<p>Refreshes every {refresh!.Value} s. <a href=\"/admin\">Stop</a></p>");
        }

        html.Add($"</header>");
        StatusNotices.Write(html, StatusNotices.Find(snapshot, state, revocations, redisStatus, drain.IsUnderWay, now));
        RouteSection.Write(html, snapshot, proxy);
        IssuerSection.Write(html, snapshot.Issuers, now);
        RevocationSection.Write(html, snapshot.Settings, revocations, log, redisStatus, now);
        ConfigurationSection.Write(html, configuration.File, state, snapshot, now);
        html.Add($"</main></body></html>");
        return html.ToString();
    }
}
