using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary>Who may use <c>/admin</c>.</summary>
public sealed class AdminAccessTests : IAsyncLifetime
{
    private static readonly (HttpMethod Method, string Path)[] Calls =
    [
        (HttpMethod.Get, "/admin/issuers"),
        (HttpMethod.Get, "/admin/config"),
        (HttpMethod.Get, "/admin/revocations"),
        (HttpMethod.Post, "/admin/issuers/shop/refresh"),
        (HttpMethod.Post, "/admin/issuers/shop/forget-key/rsa-1"),
    ];

    private readonly SigningKey _key = SigningKey.Rsa();
    private RecordingDestination _destination = null!;

    public static TheoryData<string, string> EveryCall
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (method, path) in Calls)
            {
                data.Add(method.Method, path);
            }

            return data;
        }
    }

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        _key.Dispose();
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Policy_decides_by_the_callers_token(string environment)
    {
        await using var gateway = await StartAsync(environment, hasPolicy: true);
        foreach (var (method, path) in Calls.OrderBy(call => call.Path.Contains("forget", StringComparison.Ordinal)))
        {
            (await StatusAsync(gateway.ManagementAddress, method, path)).ShouldBe(401, path);
            (await StatusAsync(gateway.ManagementAddress, method, path, Token("orders:read"))).ShouldBe(403, path);
            (await StatusAsync(gateway.ManagementAddress, method, path, Token("gateway:admin"))).ShouldBe(200, path);
        }

        (await StatusAsync(gateway.ManagementAddress, HttpMethod.Get, "/admin/issuers", Token("gateway:admin"))).ShouldBe(401, "its key was forgotten");
    }

    [Theory]
    [InlineData("Production", true)]
    [InlineData("Development", false)]
    public async Task Host_that_is_not_punycode_is_400_and_writes_no_error(string environment, bool hasPolicy)
    {
        await using var gateway = await StartAsync(environment, hasPolicy);

        foreach (var start in (string[])["GET /admin", "POST /admin", "GET /admin/config"])
        {
            var answer = await RawHttp.SendAsync(
                gateway.ManagementAddress,
                $"{start} HTTP/1.1\r\nHost: xn--\r\nOrigin: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

            RawHttp.StatusOf(answer).ShouldBe(400, start);
        }

        gateway.Logs.Lines.ShouldNotContain(line => line.Contains("Exception", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rejected_caller_changes_nothing_and_gets_a_challenge()
    {
        await using var gateway = await StartAsync("Production", hasPolicy: true);
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };

        using var bare = await client.SendAsync(TestGateway.Request(HttpMethod.Post, "/admin/issuers/shop/forget-key/rsa-1"));
        using var weak =
            await client.SendAsync(TestGateway.Request(HttpMethod.Post, "/admin/issuers/shop/forget-key/rsa-1", Token("orders:read")));

        bare.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        await bare.ShouldBeProblemAsync(401);
        weak.Headers.WwwAuthenticate.ToString().ShouldContain("insufficient_scope");
        await weak.ShouldBeProblemAsync(403);
        using var answer = await gateway.GetAsync("/private/a", Token("orders:read"));
        ((int)answer.StatusCode).ShouldBe(200);
    }

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task Nothing_is_there_in_production_without_a_policy(string method, string path)
    {
        await using var gateway = await StartAsync("Production", hasPolicy: false);

        (await StatusAsync(gateway.ManagementAddress, new HttpMethod(method), path, Token("gateway:admin"))).ShouldBe(404);
    }

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task Web_page_in_the_developers_browser_is_kept_out(string method, string path)
    {
        await using var gateway = await StartAsync("Development", hasPolicy: false);
        var port = new Uri(gateway.ManagementAddress).Port;

        (await RawAsync($"Host: localhost:{port}\r\nOrigin: http://localhost:{port}")).ShouldBe(403);
        (await RawAsync($"Host: localhost:{port}\r\nOrigin: null")).ShouldBe(403);
        (await RawAsync($"Host: localhost:{port}\r\nSec-Fetch-Site: cross-site")).ShouldBe(403);
        (await RawAsync($"Host: localhost:{port}\r\nSec-Fetch-Site: same-site")).ShouldBe(403);
        (await RawAsync($"Host: localhost:{port}\r\nSec-Fetch-Site: none")).ShouldBe(200);
        (await RawAsync($"Host: rebound.example:{port}")).ShouldBe(403);
        (await RawAsync($"Host: localhost.example:{port}")).ShouldBe(403);
        (await RawAsync($"Host: 127.0.0.1:{port}")).ShouldBe(200);

        async Task<int> RawAsync(string headers) => RawHttp.StatusOf(await RawHttp.SendAsync(
            $"http://127.0.0.1:{port}", $"{method} {path} HTTP/1.1\r\n{headers}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    }

    [Theory]
    [InlineData("Development", false)]
    [InlineData("Production", true)]
    public async Task Form_on_a_web_page_revokes_nothing(string environment, bool hasPolicy)
    {
        // The browser adds the cookies of the host, and an administrator's token may be in one.
        await using var gateway = await StartAsync(
            environment, hasPolicy,
            configuration =>
                configuration.With(
                    "Gateway:TokenSources", """[{ "Cookie": "token" }, { "Header": "Authorization", "Scheme": "Bearer" }]"""));
        var victim = Token("orders:read");
        var address = gateway.ManagementAddress.Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
        var (cookie, form) = (Token("gateway:admin"), $"token={victim}");

        (await PostAsync("Origin: https://evil.example\r\n")).ShouldBe(403);
        (await PostAsync("Sec-Fetch-Site: cross-site\r\n")).ShouldBe(403);
        await gateway.ShouldAnswerAsync(victim, 200);
        (await PostAsync("")).ShouldBe(200);
        await gateway.UntilAsync(victim, 401);

        async Task<int> PostAsync(string headers) => RawHttp.StatusOf(await RawHttp.SendAsync(
            address,
            $"POST /admin/revocations/token HTTP/1.1\r\nHost: {new Uri(address).Authority}\r\nCookie: token={cookie}\r\n{headers}"
            + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\nConnection: close\r\n\r\n{form}"));
    }

    [Fact]
    public async Task Change_is_kept_with_the_caller_of_the_token()
    {
        await using var gateway = await StartAsync("Production", hasPolicy: true);
        using var writes = new MetricCapture(gateway, "gateway.admin.writes");

        (await gateway.RevokeAsync("""{ "kind": "sub", "value": "mallory", "reason": "stolen" }""", Token("orders:read"))).Status.ShouldBe(403);
        var answer = await gateway.RevokeAsync("""{ "kind": "sub", "value": "mallory", "reason": "stolen" }""", Token("gateway:admin"));

        answer.Status.ShouldBe(200, answer.Description);
        answer.Entries[0]["by"]!.GetValue<string>().ShouldBe("sub=alice client=shop-web issuer=shop");
        answer.Entries[0]["reason"]!.GetValue<string>().ShouldBe("stolen");
        writes.Measurements.ShouldBe(["1 action=revoke result=success"]);
    }

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task Public_listener_knows_nothing_of_it(string method, string path)
    {
        await using var gateway = await StartAsync("Production", hasPolicy: true);

        (await StatusAsync(gateway.Address, new HttpMethod(method), path, Token("gateway:admin"))).ShouldBe(404);
        _destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Route_for_the_same_path_leads_to_the_destination_and_never_to_administration()
    {
        await using var gateway =
            await StartAsync("Production", hasPolicy: true, configuration => configuration.WithRoute("admin", "Anonymous"));

        (await StatusAsync(gateway.Address, HttpMethod.Post, "/admin/issuers/shop/forget-key/rsa-1")).ShouldBe(200);

        _destination.Last.Target.ShouldBe("/admin/issuers/shop/forget-key/rsa-1");
        using var answer = await gateway.GetAsync("/private/a", Token("orders:read"));
        ((int)answer.StatusCode).ShouldBe(200);
    }

    private string Token(string scope) => AdminGateway.Token(_key, scope);

    private Task<TestGateway> StartAsync(string environment, bool hasPolicy, Action<JsonObject>? edit = null) =>
        AdminGateway.StartAsync(_destination, _key, environment, hasPolicy, edit);

    private static async Task<int> StatusAsync(string address, HttpMethod method, string path, string? token = null)
    {
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        using var request = TestGateway.Request(method, path, token);
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
