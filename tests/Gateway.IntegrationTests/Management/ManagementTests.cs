using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

public sealed class ManagementTests : IClassFixture<StandardGateway>
{
    private readonly StandardGateway _parts;

    public ManagementTests(StandardGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("/livez", "ok\n")]
    [InlineData("/readyz", "ok\n")]
    [InlineData("/startupz", "ok\n")]
    [InlineData("/livez?verbose", "[+] process\n")]
    [InlineData("/readyz?verbose", "[+] started\n[+] keys:shop\n[+] revocations\n[+] serving\n[+] routing\n")]
    [InlineData("/startupz?verbose", "[+] started\n")]
    public async Task Probe_is_answered_on_the_management_port(string path, string body)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_parts.Gateway.ManagementAddress) };

        using var response = await client.GetAsync(path);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Raw("Cache-Control").ShouldBe("no-store");
        (await response.Content.ReadAsStringAsync()).ShouldBe(body);
    }

    [Theory]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/startupz")]
    public async Task Probe_by_HEAD_has_the_status_of_the_probe_by_GET(string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_parts.Gateway.ManagementAddress) };
        using var head = new HttpRequestMessage(HttpMethod.Head, path);

        using var response = await client.SendAsync(head, TestContext.Current.CancellationToken);
        using var post = await client.PostAsync(path, null, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        post.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/startupz")]
    [InlineData("/metrics")]
    [InlineData("/admin/revocations")]
    public async Task Public_listener_serves_no_management_path_whatever_the_host_says(string path)
    {
        var port = new Uri(_parts.Gateway.ManagementAddress).Port;
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address, $"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
        var absolute = await RawHttp.SendAsync(
            _parts.Gateway.Address, $"GET http://localhost:{port}{path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(404);
        RawHttp.StatusOf(absolute).ShouldBe(404);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/public/a")]
    [InlineData("/private/a")]
    public async Task Management_listener_serves_no_route(string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_parts.Gateway.ManagementAddress) };
        using var request = TestGateway.Request(HttpMethod.Get, path, _parts.Issuer.Token().Build());
        request.Headers.Host = new Uri(_parts.Gateway.Address).Authority;

        using var response = await client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        _parts.Destination.Received.ShouldBeEmpty();
    }
}

public sealed class ReadinessTests
{
    [Fact]
    public async Task Gateway_is_alive_but_not_ready_until_it_has_keys_and_then_ready_by_itself()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        issuer.MetadataHandler = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, destination), waitUntilReady: false);
        using var probe = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };

        using var alive = await probe.GetAsync("/livez");
        using var ready = await probe.GetAsync("/readyz");
        using var rejected = await gateway.GetAsync("/private/a", issuer.Token().Build());
        using var open = await gateway.GetAsync("/public/a");

        alive.StatusCode.ShouldBe(HttpStatusCode.OK);
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await probe.GetStringIgnoringStatusAsync("/readyz?verbose")).ShouldContain("[-] keys:shop");
        var problem = await rejected.ShouldBeProblemAsync(503);
        problem["reason"]!.GetValue<string>().ShouldBe("keys_unavailable");
        rejected.Raw("Retry-After").ShouldBe("1");
        open.StatusCode.ShouldBe(HttpStatusCode.OK);

        issuer.MetadataHandler = null;
        await gateway.WaitUntilReadyAsync();
        using var accepted = await gateway.GetAsync("/private/a", issuer.Token().Build());
        accepted.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Gateway_without_issuers_is_ready_at_once()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(issuer, destination).With("Gateway:Issuers", new JsonObject());
        configuration["ReverseProxy"]!["Routes"]!.AsObject().Remove("private");

        await using var gateway = await TestGateway.StartAsync(configuration);

        using var response = await gateway.GetAsync("/public/a");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
