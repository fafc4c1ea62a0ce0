using System.Collections.Immutable;
using System.Globalization;
using Gateway.Authentication;
using Gateway.Policies;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Limits;
using Gateway.RouteFeatures.Paths;
using Gateway.Runtime;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Explanation;

/// <summary>A setting that decides about a route's requests beside the token, and what it does there.</summary>
internal sealed record RouteFact(string Setting, string Effect);

/// <summary>What decides about a route's requests beside the token, read from the settings that decide.</summary>
internal static class RouteFacts
{
    // A line is left out where its effect is null.
    // The order is that of the output. A new line needs only a row here.
    private static readonly ImmutableArray<(string Setting, Func<Subject, string?> Effect)> Table =
    [
        ("token sources", SourcesOf),
        ("encoded slashes", subject => OfPath(subject, PathTraits.EncodedSlash, "%2F")),
        ("path parameters", subject => OfPath(subject, PathTraits.Parameter, ";")),
        ("repeated slashes", subject =>
            subject.Settings.Paths.MergesSlashes ? "become one before the request is routed" : "rejected with 400"),
        ("rate limit", LimitOf),
        ("retry", subject => subject.Route is null ? null : RetryOf(subject.Cluster?.Retry)),
        ("requests in flight", subject => subject.Route is null ? null
            : subject.Cluster?.MaxInFlight is { } max ? Text($"{max} to the cluster, more get 503")
            : "any number"),
        ("response expiry", subject => subject.Policy.IsAnonymous ? null
            : subject.Settings.Identity.ResponseExpiry is { } header ? $"header {header}: the seconds that the token has left" : "none"),
        ("exchange", subject => subject.Policy.IsAnonymous || subject.Route is null ? null : ExchangeOf(subject)),
        ("assertion", subject => subject.Policy.IsAnonymous ? null : AssertionOf(subject)),
    ];

    /// <param name="route">The id of a route; null for any.</param>
    public static IReadOnlyList<RouteFact> Of(ConfigurationReading reading, string? route, RoutePolicy policy)
    {
        var subject = new Subject(reading, reading.Routes.FirstOrDefault(known => known.RouteId == route), policy);
        return
        [
            .. from line in Table
               let effect = line.Effect(subject)
               where effect is not null
               select new RouteFact(line.Setting, effect),
        ];
    }

    /// <summary>The places where the token is looked for, with the names of the sources that have one.</summary>
    private static string? SourcesOf(Subject subject)
    {
        if (subject.Policy.IsAnonymous)
        {
            return null;
        }

        return string.Join("; ", subject.Policy.TokenSources.SelectMany(source => PlacesOf(subject.Settings.TokenSources.Of(source))
            .Select(place => source is null ? place : $"{source}: {place}")));
    }

    private static IEnumerable<string> PlacesOf(TokenReader tokens) => tokens.Headers
        .Select(header => $"header {header.Name}{(header.Schemes.IsEmpty ? "" : $" ({string.Join(", ", header.Schemes)})")}")
        .Concat(tokens.Cookies.Select(cookie => $"cookie {cookie}"))
        .Concat(tokens.Connections.Protocols.Select(protocol => $"subprotocol {protocol}, on WebSocket upgrades only"))
        .Concat(tokens.Connections.Parameters.Select(parameter =>
            $"query parameter {parameter}, on WebSocket upgrades and event streams only"));

    private static string? OfPath(Subject subject, PathTraits trait, string what) => subject.Route is not { } route ? null
        : subject.Settings.Paths.AllowedOn(route.RouteId).HasFlag(trait)
            ? $"{what} passes, and the destination receives the path as it was sent"
        : $"{what} in a path is rejected with 400";

    /// <summary>The rate limit. Its name is in the metadata of the route, where <c>RouteNames</c> puts it.</summary>
    private static string? LimitOf(Subject subject)
    {
        if (subject.Route is not { } route)
        {
            return null;
        }

        if (route.Metadata?.TryGetValue(RateLimitSettings.MetadataKey, out var name) != true
            || !subject.Settings.RateLimits.TryGetValue(name!, out var limit))
        {
            return "none";
        }

        var time = limit.Window is { } window ? Text($"in {window.TotalSeconds:0.###} s") : "at a time";
        var counter = limit.Shared ? "by all replicas together in Redis" : "by each replica for itself";
        return Text($"{limit.Name}: {limit.Permits} {time} by {limit.Partition.By}, {limit.Kind}, counted {counter}");
    }

    private static string RetryOf(RetrySettings? retry) => retry is null ? "none: each request is sent once"
        : $"{Text($"{retry.Attempts} more destination{(retry.Attempts == 1 ? "" : "s")} at most")}, " +
            Text($"for up to {retry.Budget * 100:0.##} % of requests");

    private static string ExchangeOf(Subject subject) =>
        subject.Cluster?.Exchange is { } name && subject.Settings.Exchanges.GetValueOrDefault(name) is { } exchange
            ? $"the destination receives a token of {exchange.TokenEndpoint.GetLeftPart(UriPartial.Path)} for " +
                $"{exchange.Audience ?? "no named audience"}"
            : "none";

    private static string AssertionOf(Subject subject)
    {
        if (subject.Settings.Identity.Assertion is not { } assertion)
        {
            return "none";
        }

        // The id as ReverseProxy:Clusters writes it; a route may write it in another case.
        var audience = assertion.Audience ?? subject.Reading.Clusters
            .FirstOrDefault(cluster => cluster.ClusterId.Equals(subject.Route?.ClusterId, StringComparison.OrdinalIgnoreCase))?.ClusterId;
        return Text(
            $"header {assertion.Header} for {audience ?? "the cluster of the route"}, for {assertion.Lifetime.TotalSeconds:0.###} s");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the lines of the table are about.</summary>
    /// <param name="Route">Null when the explanation names no route; then lines about a route are left out.</param>
    private sealed record Subject(ConfigurationReading Reading, RouteConfig? Route, RoutePolicy Policy)
    {
        public GatewaySettings Settings => Reading.Settings;

        public ClusterSettings? Cluster => Route?.ClusterId is { } id ? Settings.Clusters.GetValueOrDefault(id) : null;
    }
}
