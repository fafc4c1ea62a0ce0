using System.Globalization;
using Gateway.Explanation;
using Gateway.Telemetry;

namespace Gateway.Management.Status;

/// <summary>The requests of the last minutes, and why some of them were rejected or failed. It names no client.</summary>
internal static class TrafficSection
{
    // The latest come first, so the limit leaves out the oldest.
    private const int MostRows = 50;

    public static void Write(Html html, RecentTraffic traffic, StatusFilter filter, DateTimeOffset now)
    {
        html.Add(
            $"<section aria-labelledby=\"traffic\"><h2 id=\"traffic\">Last " +
                $"{Shown.Duration(RecentRequests.Window.TotalSeconds)}</h2><div class=\"card\"><dl>");
        html.Add($"<dt>Requests</dt><dd>{Number(traffic.Requests)}</dd><dt>Errors</dt><dd>{Number(CountOf(traffic, isRejection: false))}");
        html.Add($"</dd><dt>Rejections</dt><dd>{Number(CountOf(traffic, isRejection: true))}");
        var reasons = traffic.Failures.Where(failure => failure.Key.IsRejection)
            .GroupBy(
                failure => failure.Key.Reason, (reason, failures) => (Reason: reason, Count: failures.Sum(failure => failure.Value.Count)))
            .OrderByDescending(each => each.Count);
        foreach (var (reason, count) in reasons)
        {
            html.Add($" <span class=\"badge warn\">{reason} {Number(count)}</span>");
        }

        html.Add($"</dd></dl></div>");
        WriteFailures(html, traffic, filter, now);
        html.Add($"</section>");
    }

    /// <summary>One row for each reason, route and status, with its count.</summary>
    private static void WriteFailures(Html html, RecentTraffic traffic, StatusFilter filter, DateTimeOffset now)
    {
        if (traffic.Failures.Count == 0)
        {
            return;
        }

        html.Add($"<h3>Rejections and errors, the latest first</h3>");
        var rows = filter.Select(html, traffic.Failures, failure => [failure.Key.Reason, failure.Key.Route]);
        HtmlTable.Begin(html, "Reason", "Kind", "Route", "Status", "Count", "Last");
        foreach (var (failure, count) in rows.OrderByDescending(row => row.Value.Last).Take(MostRows))
        {
            HtmlTable.BeginRow(html, failure.Reason);
            html.Add($"<td role=\"cell\" data-label=\"Kind\">{(failure.IsRejection ? "rejection" : "error")}</td>");
            html.Add(
                $"<td role=\"cell\" data-label=\"Route\">{failure.Route ?? "none, or several"}</td><td role=\"cell\" " +
                    $"data-label=\"Status\">{failure.Status}</td>");
            html.Add($"<td role=\"cell\" data-label=\"Count\">{Number(count.Count)}</td>");
            html.Add($"<td role=\"cell\" data-label=\"Last\">{Shown.Duration((now - count.Last).TotalSeconds)} ago</td></tr>");
        }

        HtmlTable.End(html);
    }

    private static long CountOf(RecentTraffic traffic, bool isRejection) =>
        traffic.Failures.Where(failure => failure.Key.IsRejection == isRejection).Sum(failure => failure.Value.Count);

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
