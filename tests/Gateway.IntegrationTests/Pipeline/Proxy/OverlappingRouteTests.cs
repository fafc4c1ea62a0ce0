using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

/// <summary>
/// For each way in which two routes can meet in one request, a folder with two routes; each marks the requests it forwards.
/// </summary>
public sealed class OverlappingRoutesGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration)
    {
        // Named against the alphabet, and the file's order is what counts.
        Pair(configuration, "methods", """{ "Methods": ["GET"] }""", """{ "Methods": ["GET", "HEAD"] }""");
        Pair(
            configuration, "headers", """{ "Headers": [{ "Name": "X-A", "Mode": "Exists" }] }""",
            """{ "Headers": [{ "Name": "X-B", "Mode": "Exists" }] }""");
        Pair(
            configuration, "queries", """{ "QueryParameters": [{ "Name": "a", "Mode": "Exists" }] }""",
            """{ "QueryParameters": [{ "Name": "b", "Mode": "Exists" }] }""");
        Pair(configuration, "hosts", """{ "Hosts": ["a.example", "b.example"] }""", """{ "Hosts": ["b.example", "c.example"] }""");
        Pair(configuration, "wildcards", """{ "Hosts": ["*.example"] }""", """{ "Hosts": ["b.example"] }""");
        Pair(configuration, "constraints", """{ "Path": "/constraints/{id:int}" }""", """{ "Path": "/constraints/{id:long}" }""");
        Pair(configuration, "segments", """{ "Path": "/segments/a{rest}" }""", """{ "Path": "/segments/{rest}b" }""");
        Pair(configuration, "more-headers", "{}", """{ "Headers": [{ "Name": "X-A", "Mode": "Exists" }] }""");
        Pair(configuration, "literals", """{ "Path": "/literals/{any}" }""", """{ "Path": "/literals/x" }""");
    }

    private static void Pair(JsonObject configuration, string name, string first, string second)
    {
        Add("z", first);
        Add("a", second);

        void Add(string mark, string match)
        {
            configuration.WithRoute(
                $"{mark}-{name}", "Anonymous", $$"""{ "Transforms": [{ "RequestHeader": "X-Route", "Set": "{{mark}}" }] }""");
            var merged = JsonNode.Parse(match)!.AsObject();
            merged["Path"] = merged["Path"]?.DeepClone() ?? $"/{name}/{{**rest}}";
            configuration.With($"ReverseProxy:Routes:{mark}-{name}:Match", merged);
        }
    }
}

/// <summary>A client cannot find a request that two routes fight over.</summary>
public sealed class OverlappingRouteTests : IClassFixture<OverlappingRoutesGateway>
{
    private readonly OverlappingRoutesGateway _parts;

    public OverlappingRouteTests(OverlappingRoutesGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("/methods/x", "b.example")]
    [InlineData("/headers/x", "b.example", "X-A", "X-B")]
    [InlineData("/queries/x?a=1&b=2", "b.example")]
    [InlineData("/hosts/x", "b.example")]
    [InlineData("/constraints/1", "b.example")]
    [InlineData("/segments/ab", "b.example")]
    public async Task First_route_in_the_file_wins_among_equals(string path, string host, params string[] headers)
    {
        (await RouteOfAsync(path, host, headers)).ShouldBe("z");
    }

    [Theory]
    [InlineData("/headers/x", "b.example", "X-B")]
    [InlineData("/queries/x?b=2", "b.example")]
    [InlineData("/hosts/x", "c.example")]
    [InlineData("/wildcards/x", "b.example")]
    [InlineData("/constraints/4294967296", "b.example")]
    [InlineData("/segments/cb", "b.example")]
    [InlineData("/more-headers/x", "b.example", "X-A")]
    [InlineData("/literals/x", "b.example")]
    public async Task Second_route_gets_what_is_its_own_or_what_it_matches_better(string path, string host, params string[] headers)
    {
        (await RouteOfAsync(path, host, headers)).ShouldBe("a");
    }

    private async Task<string?> RouteOfAsync(string path, string host, string[] headers)
    {
        using var request = TestGateway.Request(HttpMethod.Get, path);
        request.Headers.Host = host;
        foreach (var header in headers)
        {
            request.Headers.TryAddWithoutValidation(header, "x");
        }

        using var response = await _parts.Gateway.Client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return _parts.Destination.Last.Header("X-Route");
    }
}
