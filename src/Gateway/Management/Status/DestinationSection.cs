using Gateway.Configuration;
using Gateway.Explanation;
using Gateway.RouteFeatures.Clusters;
using Yarp.ReverseProxy.Model;

namespace Gateway.Management.Status;

/// <summary>The destinations and their health, the unhealthy ones first.</summary>
internal static class DestinationSection
{
    // The unhealthy ones come first, so the limit leaves out healthy ones first.
    private const int MostRows = 500;

    public static void Write(Html html, IReadOnlyList<ClusterCondition> clusters, StatusFilter filter, DateTimeOffset now)
    {
        html.Add($"<section aria-labelledby=\"destinations\"><h2 id=\"destinations\">Destinations</h2>");
        var all = clusters.SelectMany(
            cluster => cluster.Destinations.Select(destination => (cluster.Cluster, Destination: destination))).ToArray();
        var rows = filter.Select(
            html, all,
            row => [row.Cluster, row.Destination.Name, SecretSettings.Show(row.Destination.Address), row.Destination.State.ToString()]);
        HtmlTable.Begin(html, "Cluster", "Destination", "Address", "State", "Active check", "Passive check");
        foreach (var (cluster, destination) in rows.OrderByDescending(
                row => row.Destination.State == DestinationHealth.Unhealthy).Take(MostRows))
        {
            HtmlTable.BeginRow(html, cluster);
            html.Add($"<td role=\"cell\" data-label=\"Destination\">{destination.Name}</td>");
            html.Add(
                $"<td role=\"cell\" data-label=\"Address\"><code>{SecretSettings.Show(destination.Address)}</code></td><td " +
                    $"role=\"cell\" data-label=\"State\">");
            WriteState(html, destination);
            html.Add($"</td><td role=\"cell\" data-label=\"Active check\">");
            WriteFinding(html, destination.Active, now);
            html.Add($"</td><td role=\"cell\" data-label=\"Passive check\">");
            WriteFinding(html, destination.Passive, now);
            html.Add($"</td></tr>");
        }

        HtmlTable.End(html);
        if (rows.Length > MostRows)
        {
            html.Add($"<p>And {rows.Length - MostRows} more: filter by text.</p>");
        }

        html.Add($"</section>");
    }

    private static void WriteState(Html html, DestinationCondition destination)
    {
        if (destination.State == DestinationHealth.Unhealthy)
        {
            html.Add($"<span class=\"badge bad\">Unhealthy</span>");
        }
        else if (destination.State == DestinationHealth.Healthy)
        {
            html.Add($"<span class=\"badge good\">Healthy</span>");
        }
        else
        {
            html.Add($"<span class=\"soft\">{(destination is { Active: null, Passive: null } ? "not checked" : "not known yet")}</span>");
        }
    }

    /// <param name="finding">Null when the cluster has no check of this kind.</param>
    private static void WriteFinding(Html html, HealthFinding? finding, DateTimeOffset now)
    {
        if (finding is null)
        {
            html.Add($"<span class=\"soft\">off</span>");
        }
        else
        {
            html.Add($"{finding.State.ToString().ToLowerInvariant()} for {Shown.Duration((now - finding.Since).TotalSeconds)}");
            html.Add($"<br><time class=\"soft\" datetime=\"{finding.Since}\">{finding.Since}</time>");
        }
    }
}
