using System.Reflection;
using System.Text.Json.Nodes;
using Gateway.Policies;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Configuration;

/// <summary>What the schema says about YARP's settings, in our own words.</summary>
internal static class YarpText
{
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        ["RouteConfig.Match"] = "Which requests the route takes: Path or Hosts, perhaps Methods, Headers and QueryParameters.",
        ["RouteConfig.Order"] = "Of several routes that match, the one with the lowest number wins; of equals the first in the file.",
        ["RouteConfig.ClusterId"] = "The cluster that serves the requests. Required.",
        ["RouteConfig.AuthorizationPolicy"] = "Anonymous (public), Authenticated (any valid token), or one of Gateway:Policies. Required.",
        ["RouteConfig.Timeout"] = "How long a request may take, as hh:mm:ss.",
        ["RouteConfig.MaxRequestBodySize"] = "Bytes; -1 for no limit. Default 30000000.",
        ["RouteConfig.Metadata"] = "Text by name, for extensions.",
        ["RouteConfig.Transforms"] = "Changes to the forwarded request and to the response, in order.",
        ["RouteMatch.Path"] = "A pattern such as /orders/{**rest}.",
        ["RouteMatch.Hosts"] = "The hosts that the request may name; *.example.com for all below.",
        ["RouteMatch.Methods"] = "The methods that the route takes. Default all.",
        ["RouteMatch.Headers"] = "Headers that the request must have.",
        ["RouteMatch.QueryParameters"] = "Query parameters that the request must have.",
        ["ClusterConfig.Destinations"] = "The servers by a name of your choice; at least one.",
        ["ClusterConfig.LoadBalancingPolicy"] = "How a destination is chosen. Default PowerOfTwoChoices.",
        ["ClusterConfig.SessionAffinity"] = "Keeps a client with its destination.",
        ["ClusterConfig.HealthCheck"] = "Active probes and passive watching of the destinations.",
        ["ClusterConfig.HttpClient"] = "Connections to the destinations.",
        ["ClusterConfig.HttpRequest"] = "How requests are sent: activity timeout, HTTP version.",
        ["DestinationConfig.Address"] = "An http or https URL. Required.",
        ["DestinationConfig.Health"] = "Where active probes go, when not to Address.",
        ["DestinationConfig.Host"] = "The Host header that the destination gets.",
        ["ForwarderRequestConfig.ActivityTimeout"] = "How long nothing may be heard of a request. Default 00:01:40.",
        ["ForwarderRequestConfig.Version"] = "The HTTP version to the destination. Default 2.",
        ["HttpClientConfig.DangerousAcceptAnyServerCertificate"] = "Whether any certificate of a destination is good. Leave it false.",
    };

    public static string? Of(PropertyInfo property) => Texts.GetValueOrDefault($"{property.DeclaringType!.Name}.{property.Name}");

    /// <summary>What an editor offers where other values are allowed too.</summary>
    public static JsonArray? ExamplesOf(PropertyInfo property) => $"{property.DeclaringType!.Name}.{property.Name}" switch
    {
        $"{nameof(RouteConfig)}.{nameof(RouteConfig.AuthorizationPolicy)}" =>
            new JsonArray(RoutePolicy.AnonymousName, RoutePolicy.AuthenticatedName),
        $"{nameof(ClusterConfig)}.{nameof(ClusterConfig.LoadBalancingPolicy)}" =>
            new JsonArray("PowerOfTwoChoices", "FirstAlphabetical", "Random", "RoundRobin", "LeastRequests"),
        $"{nameof(RouteMatch)}.{nameof(RouteMatch.Path)}" => new JsonArray("/orders/{**rest}"),
        $"{nameof(DestinationConfig)}.{nameof(DestinationConfig.Address)}" => new JsonArray("http://orders:8080"),
        "IssuerOptions.Algorithms" => new JsonArray(new JsonArray("RS256", "ES256")),
        "IssuerOptions.ClockSkew" => new JsonArray("00:01:00"),
        "IssuerOptions.MaxLifetime" => new JsonArray("1.00:00:00"),
        _ => null,
    };
}
