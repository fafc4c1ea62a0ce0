using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.RouteFeatures.TrustedProxies;

/// <summary>Who may say where a request comes from.</summary>
public sealed class TrustedProxyTests : IAsyncLifetime
{
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public ValueTask DisposeAsync() => _destination.DisposeAsync();

    [Fact]
    public async Task Nobody_is_believed_by_default()
    {
        await using var gateway = await StartAsync(null);

        (await SendAsync(gateway, ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "shop.example")))
            .ShouldBe(("127.0.0.1", "http", new Uri(gateway.Address).Authority));
    }

    [Fact]
    public async Task Trusted_proxy_is_believed_and_the_destination_hears_it_from_us()
    {
        await using var gateway = await StartAsync(["127.0.0.1"], trustHost: true);

        (await SendAsync(gateway, ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "shop.example")))
            .ShouldBe(("203.0.113.7", "https", "shop.example"));
        _destination.Last.Headers.Keys.ShouldNotContain(name => name.StartsWith("X-Original", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Host_that_a_trusted_proxy_passes_on_is_not_believed_unless_it_is_said_to_set_it()
    {
        await using var gateway = await StartAsync(["127.0.0.1"]);

        (await SendAsync(gateway, ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "internal.example")))
            .ShouldBe(("203.0.113.7", "https", new Uri(gateway.Address).Authority));
    }

    [Fact]
    public async Task What_a_client_claims_through_a_trusted_proxy_is_not_believed()
    {
        await using var gateway = await StartAsync(["127.0.0.0/8", "10.0.0.0/8"]);

        // The client wrote the first address; the proxies added those that they saw.
        (await SendAsync(gateway, ("X-Forwarded-For", "198.51.100.1, 203.0.113.7, 10.1.2.3"))).Address.ShouldBe("203.0.113.7");
    }

    [Fact]
    public async Task Stranger_is_not_believed_where_others_are_trusted()
    {
        await using var gateway = await StartAsync(["192.0.2.1"]);

        (await SendAsync(gateway, ("X-Forwarded-For", "203.0.113.7"))).Address.ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task Host_of_a_trusted_proxy_is_checked_like_a_clients()
    {
        await using var gateway = await StartAsync(["127.0.0.1"], trustHost: true);
        using var request = TestGateway.Request(HttpMethod.Get, "/public/x");
        request.Headers.Add("X-Forwarded-Host", "..");

        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        await response.ShouldBeProblemAsync(400);
        _destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/public/x")]
    [InlineData("/transformed/x")]
    public async Task Port_of_a_trusted_proxy_reaches_the_destination_and_its_prefix_where_that_is_set(string path)
    {
        await using var gateway = await StartAsync(["127.0.0.1"], trustPrefix: true);
        await using var withoutPrefix = await StartAsync(["127.0.0.1"]);
        await using var stranger = await StartAsync(["192.0.2.1"], trustPrefix: true);
        (string, string)[] headers = [
            ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "8443"),
            ("X-Forwarded-Prefix", "/shop/")];

        (await PortAndPrefixAsync(gateway, path, headers)).ShouldBe(("8443", "/shop"));
        _destination.Last.Target.ShouldBe(path);
        (await PortAndPrefixAsync(withoutPrefix, path, headers)).ShouldBe(("8443", null));
        (await PortAndPrefixAsync(stranger, path, headers)).ShouldBe((null, null));
    }

    [Theory]
    [InlineData("443, 8443", "443")]
    [InlineData("0", null)]
    [InlineData("65536", null)]
    [InlineData("-1", null)]
    [InlineData("443 or so", null)]
    public async Task Port_is_that_of_the_first_proxy_and_a_number_or_absent(string sent, string? expected)
    {
        await using var gateway = await StartAsync(["127.0.0.1"]);

        (await PortAndPrefixAsync(gateway, "/public/x", ("X-Forwarded-Port", sent))).Port.ShouldBe(expected);
    }

    [Theory]
    [InlineData("/a, /b/", "/a/b")]
    [InlineData("/", null)]
    [InlineData("a", null)]
    [InlineData("/a//b", null)]
    [InlineData("/a/../b", null)]
    [InlineData("//evil.example", null)]
    [InlineData("/a%2Fb", null)]
    [InlineData("/a;b", null)]
    [InlineData("https://evil.example/a", null)]
    public async Task Prefix_is_a_plain_path_or_absent(string sent, string? expected)
    {
        await using var gateway = await StartAsync(["127.0.0.1"], trustPrefix: true);

        (await PortAndPrefixAsync(gateway, "/public/x", ("X-Forwarded-Prefix", sent))).Prefix.ShouldBe(expected);
    }

    [Fact]
    public async Task Prefix_takes_no_part_in_routing()
    {
        await using var gateway = await StartAsync(["127.0.0.1"], trustPrefix: true);
        using var request = TestGateway.Request(HttpMethod.Get, "/private/x");
        request.Headers.Add("X-Forwarded-Prefix", "/public");

        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(401);
        _destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Headers_of_ours_are_on_every_answer_where_the_destination_has_none_and_hsts_on_https_only()
    {
        await using var gateway = await StartAsync(
            ["127.0.0.1"], """{ "X-Frame-Options": "DENY", "Strict-Transport-Security": "max-age=31536000; includeSubDomains" }""");
        _destination.Handler = context =>
        {
            context.Response.Headers.XFrameOptions = context.Request.Path == "/public/own" ? "SAMEORIGIN" : default;
            return Task.CompletedTask;
        };

        foreach (var (path, status, frame) in new[]
        {
            ("/public/x", 200, "DENY"), ("/public/own", 200, "SAMEORIGIN"), ("/private/x", 401, "DENY"), ("/none", 404, "DENY"),
            ("/public/%2f", 400, "DENY"),
        })
        {
            foreach (var scheme in new[] { "http", "https" })
            {
                using var request = TestGateway.Request(HttpMethod.Get, path);
                request.Headers.Add("X-Forwarded-Proto", scheme);
                using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

                ((int)response.StatusCode).ShouldBe(status, path);
                response.Raw("X-Frame-Options").ShouldBe(frame, path);
                response.Raw("Strict-Transport-Security").ShouldBe(scheme == "https" ? "max-age=31536000; includeSubDomains" : null, path);
            }
        }
    }

    private async Task<TestGateway> StartAsync(string[]? proxies, string? headers = null, bool trustHost = false, bool trustPrefix = false)
    {
        var configuration = TestGateway.Configuration(_destination)
            .WithRoute("transformed", "Anonymous", """{ "Transforms": [{ "RequestHeaderRemove": "X-Nothing" }] }""");
        if (trustPrefix)
        {
            configuration.With("Gateway:TrustForwardedPrefix", true);
        }

        if (proxies is not null)
        {
            configuration.With("Gateway:TrustedProxies", new JsonArray([.. proxies.Select(proxy => (JsonNode)proxy)]));
        }

        if (trustHost)
        {
            configuration.With("Gateway:TrustForwardedHost", true);
        }

        return await TestGateway.StartAsync(headers is null ? configuration : configuration.With("Gateway:ResponseHeaders", headers));
    }

    private async Task<(string? Port, string? Prefix)> PortAndPrefixAsync(
        TestGateway gateway, string path, params (string Name, string Value)[] headers)
    {
        using var request = TestGateway.Request(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await gateway.Client.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(200);
        return (_destination.Last.Header("X-Forwarded-Port"), _destination.Last.Header("X-Forwarded-Prefix"));
    }

    /// <summary>What the destination was told.</summary>
    private async Task<(string? Address, string? Scheme, string? Host)> SendAsync(
        TestGateway gateway, params (string Name, string Value)[] headers)
    {
        using var request = TestGateway.Request(HttpMethod.Get, "/public/x");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await gateway.Client.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(200);
        var last = _destination.Last;
        return (last.Header("X-Forwarded-For"), last.Header("X-Forwarded-Proto"), last.Header("X-Forwarded-Host"));
    }
}
