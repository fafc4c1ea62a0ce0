using Gateway.Configuration;
using Gateway.Explanation;
using Gateway.Redis;
using Gateway.Revocation;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Draining;
using Gateway.Runtime;
using Gateway.Telemetry;
using Yarp.ReverseProxy;

namespace Gateway.Management.Status;

/// <summary>The page: what needs attention in words at its top, then each part of the gateway.</summary>
internal sealed class StatusView(
    ConfigurationStatus configuration, RevocationList revocations, IRevocationLog log, SnapshotProgress snapshots, Drain drain,
    IProxyStateLookup proxy,
    DestinationConditions destinations, RecentRequests recent, TimeProvider time, RedisConnection? redis = null)
{
    // Seconds, of the link that turns the refresh on.
    private const int Refresh = 10;

    private static readonly string Version = typeof(StatusView).Assembly.GetName().Version!.ToString(fieldCount: 3);

    // The host creates this object at its start, so this is the start of the replica.
    private readonly DateTimeOffset _started = time.GetUtcNow();

    /// <param name="isRouting">False when no request can be routed.</param>
    public string Write(GatewaySnapshot snapshot, StatusRequest request, bool isRouting)
    {
        var (html, now, state, redisStatus) = (new Html(), time.GetUtcNow(), configuration.Current, redis?.Status);
        ClusterCondition[] clusters =
            [.. proxy.GetClusters().OrderBy(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase).Select(destinations.Of)];
        StatusStyle.Begin(html, request.Refresh);
        html.Add(
            $"<main><header><h1>Gateway</h1><p>{Version} on {Environment.MachineName}, up for " +
                $"{Shown.Duration((now - _started).TotalSeconds)}, ");
        html.Add($"seen at <time datetime=\"{now}\">{now}</time></p>");
        WriteTools(html, request);
        html.Add($"</header>");
        StatusNotices.Write(
            html, StatusNotices.Find(snapshot, state, revocations, redisStatus, clusters, new Serving(isRouting, drain.IsUnderWay), now));
        // A response to the form is what the person waits for, so it comes first; otherwise the form is last.
        if (request.Explained is not null)
        {
            WriteExplain();
        }

        TrafficSection.Write(html, recent.Read(), request.Filter, now);
        DestinationSection.Write(html, clusters, request.Filter, now);
        RouteSection.Write(html, snapshot, request.Filter);
        IssuerSection.Write(html, snapshot.Issuers, request.Filter, now);
        RevocationSection.Write(html, snapshot.Settings, revocations, log, snapshots, redisStatus, now);
        ConfigurationSection.Write(html, configuration.File, state, snapshot, now);
        if (request.Explained is null)
        {
            WriteExplain();
        }

        html.Add($"</main></body></html>");
        return html.ToString();

        void WriteExplain() => ExplainSection.Write(
            html, request.Explained, snapshot.Reading.Routes.Select(route => route.RouteId),
            snapshot.Settings.Management.Policy is not null);
    }

    /// <summary>The link that turns the refresh on or off, and the filter. Both keep the other in the address.</summary>
    private static void WriteTools(Html html, StatusRequest request)
    {
        if (request.IsLinked && request.Refresh is null)
        {
            html.Add($"<p><a href=\"{request.AddressWith(Refresh)}\">Refresh every {Refresh} s</a></p>");
        }
        else if (request.IsLinked)
        {
            html.Add($"<p>Refreshes every {request.Refresh!.Value} s. <a href=\"{request.AddressWith(null)}\">Stop</a></p>");
        }

        html.Add($"<form class=\"line\" method=\"get\" action=\"/admin\" role=\"search\"><label for=\"filter\">Show rows with</label>");
        html.Add($"<input id=\"filter\" name=\"filter\" maxlength=\"{StatusFilter.MaxLength}\" value=\"{request.Filter.Text}\">");
        if (request.Refresh is { } seconds)
        {
            html.Add($"<input type=\"hidden\" name=\"refresh\" value=\"{seconds}\">");
        }

        html.Add($"<button type=\"submit\">Filter</button></form>");
    }
}
