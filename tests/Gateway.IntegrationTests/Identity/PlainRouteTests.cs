using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Configuration;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.IntegrationTests.Identity;

/// <summary>
/// A route without transforms goes a shorter way than YARP's. What its destination and its client receive is what YARP would have sent,
/// which a route with a transform that does nothing shows.
/// </summary>
public sealed class PlainRouteTests(PlainRouteTests.Gateways parts) : IClassFixture<PlainRouteTests.Gateways>
{
    private const string Affinity = """{ "Enabled": true, "Policy": "HashCookie", "AffinityKeyName": "stuck-to" }""";

    private readonly string _token = parts.Issuer.Token().With("sub", "user-1").Build();

    public static TheoryData<string, string, string> Requests
    {
        get
        {
            var requests = new TheoryData<string, string, string>();
            foreach (var route in new[] { "private", "public", "forwarding", "named", "sticky" })
            {
                requests.Add(route, "1.1", "GET");
                requests.Add(route, "1.1", "POST");
                requests.Add(route, "2.0", "GET");
                requests.Add(route, "2.0", "POST");
            }

            return requests;
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Destination_and_client_receive_what_yarp_would_have_sent(string route, string version, string method)
    {
        var (plain, answer) = await SendAsync($"/{route}", version, method);
        var (transformed, transformedAnswer) = await SendAsync($"/transformed-{route}", version, method);

        answer.ShouldBe(transformedAnswer);
        answer.ShouldContain("x-answer: one | two");
        answer.Any(line => line.StartsWith("Set-Cookie: stuck-to", StringComparison.Ordinal)).ShouldBe(route == "sticky");
        plain.Method.ShouldBe(transformed.Method);
        plain.Target.ShouldBe(transformed.Target.Replace("transformed-", "", StringComparison.Ordinal));
        Lines(plain).ShouldBe(Lines(transformed));
        plain.Header("X-Forwarded-For").ShouldBe("127.0.0.1");
        plain.Header("X-Note").ShouldBe("café");
        plain.Header("Host").ShouldBe(route == "named" ? "shop.internal" : new Uri(parts.Destination.Address).Authority);
        plain.Header("X-Auth-Subject").ShouldBe(route == "public" ? null : "user-1");
        plain.Header("Authorization").ShouldBe(route is "forwarding" or "public" ? $"Bearer {_token}" : null);
    }

    [Fact]
    public async Task Session_affinity_that_is_switched_on_later_reaches_a_route_without_transforms()
    {
        await using var mounted = await MountedGateway.StartAsync();
        (await IsStuckAsync()).ShouldBeFalse();

        mounted.Change(
            configuration => configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["SessionAffinity"] = JsonNode.Parse(Affinity));

        await Eventually.TrueAsync(IsStuckAsync, "the client is told where it belongs");

        async Task<bool> IsStuckAsync()
        {
            using var response = await mounted.Client.GetAsync("/public/x", TestContext.Current.CancellationToken);
            return response.Headers.Contains("Set-Cookie");
        }
    }

    /// <summary>Whoever adds another has to see to it that routes without transforms get it too.</summary>
    [Fact]
    public void Nobody_adds_transforms_but_the_identity_and_session_affinity() =>
        parts.Gateway.Services.GetServices<ITransformProvider>().Select(provider => provider.GetType().Name)
            .ShouldBe(["AffinitizeTransformProvider", "IdentityTransform"], ignoreOrder: true);

    private static IEnumerable<string> Lines(ReceivedRequest request) =>
        request.Headers.Select(header => $"{header.Key}: {string.Join(" | ", header.Value)}").Order(StringComparer.Ordinal);

    private async Task<(ReceivedRequest Request, IReadOnlyList<string> Answer)> SendAsync(string path, string version, string method)
    {
        using var client =
            new HttpMessageInvoker(new SocketsHttpHandler { UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 });
        var gateway = version == "2.0" ? parts.Gateway.Http2Address : parts.Gateway.Address;
        using var request = TestGateway.Request(new HttpMethod(method), $"{gateway}{path}/a%20b?q=1&q=%2F", _token);
        request.Version = Version.Parse(version);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("Cookie", "theme=dark");
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        request.Headers.TryAddWithoutValidation("X-Note", "café");
        request.Headers.TryAddWithoutValidation("X-Many", ["one", "two"]);
        foreach (var forwarded in new[] { "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded" })
        {
            request.Headers.TryAddWithoutValidation(forwarded, "203.0.113.7");
        }

        if (method == "POST")
        {
            request.Content = new StringContent("body", Encoding.UTF8, "text/plain");
            request.Content.Headers.ContentLanguage.Add("en");
        }

        parts.Destination.Handler = static context =>
        {
            context.Response.Headers.Append("x-answer", new StringValues(["one", "two"]));
            return context.Response.WriteAsync("ok");
        };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = response.Headers.Concat(response.Content.Headers).Where(header => header.Key != "Date");
        return (
            parts.Destination.Last,
            [.. answer.Select(header => $"{header.Key}: {string.Join(" | ", header.Value)}").Order(StringComparer.Ordinal)]);
    }

    /// <summary>Each route twice: as it is, and with a transform that finds nothing to do.</summary>
    public sealed class Gateways : StandardGateway
    {
        private protected override void Configure(JsonObject configuration)
        {
            configuration["Gateway"]!["Policies"]!["forwarding"] = new JsonObject { ["ForwardToken"] = true };
            var routes = configuration["ReverseProxy"]!["Routes"]!.AsObject();
            routes["forwarding"] = TestGateway.Route("forwarding", "/forwarding/{**rest}");
            routes["named"] = TestGateway.Route("Authenticated", "/named/{**rest}");
            routes["named"]!["ClusterId"] = "named";
            routes["sticky"] = TestGateway.Route("Authenticated", "/sticky/{**rest}");
            routes["sticky"]!["ClusterId"] = "sticky";
            foreach (var (name, route) in routes.ToList())
            {
                var transformed = route!.DeepClone();
                transformed["Match"]!["Path"] = $"/transformed-{name}/{{**rest}}";
                transformed["Transforms"] = JsonNode.Parse("""[{ "RequestHeaderRemove": "X-Nothing" }]""");
                routes[$"transformed-{name}"] = transformed;
            }

            var clusters = configuration["ReverseProxy"]!["Clusters"]!;
            clusters["named"] = clusters["recorder"]!.DeepClone();
            clusters["named"]!["Destinations"]!["one"]!["Host"] = "shop.internal";
            clusters["sticky"] = clusters["recorder"]!.DeepClone();
            clusters["sticky"]!["SessionAffinity"] = JsonNode.Parse(Affinity);
        }
    }
}
