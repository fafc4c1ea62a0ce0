using System.Globalization;
using Gateway.Explanation;
using Gateway.Policies;
using Gateway.RouteFeatures.Limits;
using Gateway.RouteFeatures.Paths;
using Gateway.Runtime;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Management.Status;

/// <summary>The routes in the order in which they win, each with everything that decides about its requests.</summary>
internal static class RouteSection
{
    // Rows. A browser stays usable, and the JSON of /admin/config has all of them.
    private const int MostRoutes = 1000;

    // YARP's own, where a cluster names none.
    private static readonly TimeSpan ActivityTimeout = TimeSpan.FromSeconds(100);

    public static void Write(Html html, GatewaySnapshot snapshot, StatusFilter filter)
    {
        var reading = snapshot.Reading;
        var routes = reading.Routes.OrderBy(route => route.Order ?? 0)
            .ThenBy(route => reading.Settings.RoutePlaces.GetValueOrDefault(route.RouteId))
            .ToArray();
        html.Add($"<section aria-labelledby=\"routes\"><h2 id=\"routes\">Routes</h2>");
        html.Add(
            $"<p class=\"soft\">Where a route does not say otherwise: no rate limit, no timeout, idle for {Time(ActivityTimeout)}, body " +
                $"of {BodySize(reading.Settings.MaxRequestBodySize)}, no CORS; ");
        html.Add($"503 while revocations are unknown, streams end with their token, and the token is kept from the destination.</p>");
        routes = filter.Select(html, routes, TextsOf);
        HtmlTable.Begin(html, "Route", "Matches", "Policy", "Limits", "Cluster");
        foreach (var route in routes.Take(MostRoutes))
        {
            var cluster = reading.Clusters.FirstOrDefault(
                known => string.Equals(known.ClusterId, route.ClusterId, StringComparison.OrdinalIgnoreCase));
            HtmlTable.BeginRow(html, route.RouteId);
            html.Add($"<td role=\"cell\" data-label=\"Matches\"><ul>");
            WriteMatch(html, route.Match, route.Order);
            html.Add($"</ul></td><td role=\"cell\" data-label=\"Policy\">");
            WritePolicy(html, reading.Settings.Policies[route.AuthorizationPolicy!], reading.Settings);
            html.Add($"</td><td role=\"cell\" data-label=\"Limits\"><ul>");
            WriteLimits(html, route, cluster, reading.Settings);
            html.Add($"</ul></td><td role=\"cell\" data-label=\"Cluster\">{cluster?.ClusterId ?? "none"}</td></tr>");
        }

        HtmlTable.End(html);
        if (routes.Length > MostRoutes)
        {
            html.Add($"<p>And {routes.Length - MostRoutes} more: <code>GET /admin/config</code> has them all.</p>");
        }

        html.Add($"</section>");
    }

    private static void WriteMatch(Html html, RouteMatch match, int? order)
    {
        html.Add($"<li><code>{match.Path ?? "/{**any}"}</code></li>");
        html.Add($"<li>{(match.Methods is { Count: > 0 } methods ? string.Join(", ", methods) : "any method")}</li>");
        if (match.Hosts is { Count: > 0 } hosts)
        {
            html.Add($"<li>host {string.Join(", ", hosts)}</li>");
        }

        // Names and modes alone: a value that a route matches may be an API key.
        foreach (var header in match.Headers ?? [])
        {
            html.Add($"<li>header {header.Name}: {header.Mode.ToString()}</li>");
        }

        foreach (var parameter in match.QueryParameters ?? [])
        {
            html.Add($"<li>query {parameter.Name}: {parameter.Mode.ToString()}</li>");
        }

        if (order is { } place)
        {
            html.Add($"<li class=\"soft\">order {place}</li>");
        }
    }

    private static void WritePolicy(Html html, RoutePolicy policy, GatewaySettings settings)
    {
        html.Add($"<b>{policy.Name}</b> ");
        if (policy.IsAnonymous)
        {
            html.Add($"<span class=\"badge warn\">Public</span><ul><li>No token is asked for, and none is read.</li></ul>");
            return;
        }

        if (policy.Mode == PolicyMode.Report)
        {
            html.Add($"<span class=\"badge warn\">Reports only: rejects no request</span><ul>");
        }
        else
        {
            html.Add($"<span class=\"badge good\">Enforces</span><ul>");
        }

        if (policy.Combination is { } combination)
        {
            html.Add(
                $"<li>{(combination.IsAny ? "any" : "all")} of the policies " +
                    $"{string.Join(", ", combination.Parts.Select(part => part.Name))}</li>");
        }
        else
        {
            WriteRules(html, policy, settings);
        }

        if (policy.OnRevocationUnavailable == UnavailableBehavior.Allow)
        {
            html.Add($"<li>revocations unknown: lets through</li>");
        }

        if (policy.OnExpiry == ExpiryBehavior.Keep)
        {
            html.Add($"<li>token expires: streams go on</li>");
        }

        if (policy.ForwardToken)
        {
            html.Add($"<li>token: forwarded</li>");
        }

        html.Add($"</ul>");
    }

    /// <summary>The rules of a policy that is not made of others.</summary>
    private static void WriteRules(Html html, RoutePolicy policy, GatewaySettings settings)
    {
        if (policy.TokenSource is { } source)
        {
            html.Add($"<li>token source: {source}</li>");
        }

        var issuers = string.Join(", ", policy.Issuers.IsEmpty ? settings.Issuers.Names : policy.Issuers);
        html.Add($"<li>issuer: {(policy.Issuers.IsEmpty ? "any of " : "")}{issuers}</li>");
        if (!policy.AllScopes.IsEmpty)
        {
            html.Add($"<li>scopes: all of <code>{string.Join(' ', policy.AllScopes)}</code></li>");
        }

        if (!policy.AnyScopes.IsEmpty)
        {
            html.Add($"<li>scopes: any of <code>{string.Join(' ', policy.AnyScopes)}</code></li>");
        }

        foreach (var rule in policy.Claims)
        {
            html.Add($"<li><code>{rule.Path}</code>: {rule.Expectation}</li>");
        }

        if (policy.StepUp is { Acr.IsEmpty: false } stepUp)
        {
            html.Add($"<li>login: <code>acr</code> is one of {string.Join(", ", stepUp.Acr)}</li>");
        }

        if (policy.StepUp?.MaxAge is { } age)
        {
            html.Add($"<li>login: at most {Time(age)} ago</li>");
        }
    }

    /// <summary>Only what differs from the defaults, which the paragraph above the table names.</summary>
    private static void WriteLimits(Html html, RouteConfig route, ClusterConfig? cluster, GatewaySettings settings)
    {
        if (route.Metadata?.TryGetValue(RateLimitSettings.MetadataKey, out var name) == true)
        {
            var limit = settings.RateLimits[name];
            html.Add(
                $"<li>rate limit {name}: {limit.Permits} {(limit.Window is { } window ? $"in {Time(window)}" : "at a time")} by " +
                    $"{limit.Partition.By}, {limit.Kind.ToString()}");
            html.Add($"{(limit.Shared ? ", shared" : "")}{(limit.Queue > 0 ? $", {limit.Queue} wait" : "")}</li>");
        }

        if (route.Timeout is { } timeout)
        {
            html.Add($"<li>timeout: {Time(timeout)}</li>");
        }

        if (cluster?.HttpRequest?.ActivityTimeout is { } idle && idle != ActivityTimeout)
        {
            html.Add($"<li>idle: {Time(idle)}</li>");
        }

        if (route.MaxRequestBodySize is { } size && size != settings.MaxRequestBodySize)
        {
            html.Add($"<li>body: {BodySize(size)}</li>");
        }

        if (route.CorsPolicy is { } cors)
        {
            html.Add($"<li>CORS: {cors}</li>");
        }

        var paths = settings.Paths.AllowedOn(route.RouteId);
        if (paths.HasFlag(PathTraits.EncodedSlash))
        {
            html.Add($"<li>paths with %2F pass</li>");
        }

        if (paths.HasFlag(PathTraits.Parameter))
        {
            html.Add($"<li>paths with ; pass</li>");
        }
    }

    /// <summary>What the filter of the page compares with.</summary>
    private static IEnumerable<string?> TextsOf(RouteConfig route) =>
        [
            route.RouteId, route.Match.Path, route.AuthorizationPolicy, route.ClusterId, .. route.Match.Hosts ?? [],
            .. route.Match.Methods ?? []];

    /// <param name="bytes">Negative for no limit.</param>
    private static string BodySize(long bytes) => bytes < 0 ? "any size" : $"{bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes";

    private static string Time(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms")
            : Shown.Duration(time.TotalSeconds);
}
