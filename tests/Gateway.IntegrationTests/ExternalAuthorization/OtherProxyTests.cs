using System.Net;
using System.Text.Json.Nodes;
using Gateway.Identity;
using Gateway.Testing;

namespace Gateway.IntegrationTests.ExternalAuthorization;

/// <summary>
/// nginx with the configuration of the page, and a proxy that asks as Envoy does, in front of one gateway and one destination.
/// </summary>
public sealed class OtherProxies : IAsyncLifetime
{
    private static readonly string Proto = Path.Combine(Script.Root, "src", "Gateway", "ExternalAuthorization", "authorization.proto");

    private readonly List<Script> _scripts = [];
    private NginxServer _nginx = null!;

    internal AuthorizedGateway Parts { get; } = new();

    internal Dictionary<string, string> Addresses { get; } = [];

    public async ValueTask InitializeAsync()
    {
        await Parts.InitializeAsync();
        var check = new Uri(Parts.Gateway.AuthorizationAddress).Authority;
        var page = await File.ReadAllTextAsync(Path.Combine(Script.Root, "docs", "external-authorization.md"));
        var locations = page.Split("```nginx\n")[1].Split("```")[0]
            .Replace("gateway-authorization:8082", check, StringComparison.Ordinal)
            .Replace("http://destination:8080", Parts.Destination.Address, StringComparison.Ordinal);
        _nginx = await NginxServer.StartAsync(locations);
        Addresses["nginx"] = _nginx.Address;
        foreach (var (name, form) in new[] { ("envoy", "map"), ("envoy raw", "raw") })
        {
            var script = Script.Start("node", Path.Combine(Script.Interop, "ext-authz.mjs"), Proto, check, Parts.Destination.Address, form);
            _scripts.Add(script);
            Addresses[name] = $"http://127.0.0.1:{await script.ReadLineAsync()}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var script in _scripts)
        {
            await script.DisposeAsync();
        }

        await _nginx.DisposeAsync();
        await Parts.DisposeAsync();
    }
}

/// <summary>No value of a client arrives at the destination in a header that only the gateway may set, whichever proxy forwards.</summary>
public sealed class OtherProxyTests : IClassFixture<OtherProxies>
{
    private const string Evil = "evil";
    private const string Separators = "!#$%&'*+-.^_`|~";

    private static readonly string[] IdentityHeaders = [.. IdentityCheck.DefaultNames];

    // What says who calls, or what is called. Of the rest the proxy itself writes what it wants.
    private static readonly string[] Overrides =
    [
        "X-Forwarded-User", "X-Original-URL", "X-Original-URI", "X-Original-Method", "X-Rewrite-URL", "X_Original_URL", "X-Original-Host",
        "X-HTTP-Method",
        "X-HTTP-Method-Override", "X-Method-Override", "X.HTTP.Method.Override", "Remote-User", "X-Remote-User", "X_Forwarded_For",
        "X-Forwarded-Uri",
        "X-Forwarded-Method", "X-Forwarded-Host", "X-Forwarded-Prefix", "Forwarded", "X-Real-IP",
    ];

    private readonly OtherProxies _proxies;

    public OtherProxyTests(OtherProxies proxies)
    {
        _proxies = proxies;
        _proxies.Parts.Reset();
    }

    public static TheoryData<string, string, bool> Requests
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var proxy in (string[])["nginx", "envoy", "envoy raw"])
            {
                foreach (var path in (string[])["/public/a", "/private/a", "/trial/a", "/keeping/a", "/nowhere/a"])
                {
                    data.Add(proxy, path, true);
                    data.Add(proxy, path, false);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task No_spelling_of_an_identity_header_gets_through(string proxy, string path, bool hasToken)
    {
        foreach (var name in IdentityHeaders)
        {
            // One by one and together: what is rejected for one spelling must not hide another.
            foreach (var spellings in Spellings(name).Select(spelling => new[] { spelling }).Append([.. Spellings(name)]))
            {
                using var response = await SendAsync(proxy, path, hasToken, spellings);
                ((int)response.StatusCode).ShouldBeLessThan(500, string.Join(' ', spellings));
            }
        }

        ShouldHaveReceivedNothingEvil();
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Nothing_that_overrides_caller_target_or_method_gets_through(string proxy, string path, bool hasToken)
    {
        foreach (var name in Overrides)
        {
            using var response = await SendAsync(proxy, path, hasToken, [name]);
            ((int)response.StatusCode).ShouldBeLessThan(500, name);
        }

        ShouldHaveReceivedNothingEvil();
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("envoy")]
    [InlineData("envoy raw")]
    public async Task Honest_request_arrives_with_the_identity_and_without_the_token(string proxy)
    {
        using var response = await SendAsync(proxy, "/private/caf%C3%A9?q=1", true, ["X-Auth-Subject", "X-Auth-Roles"]);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var received = _proxies.Parts.Destination.Last;
        received.Target.ShouldBe("/private/caf%C3%A9?q=1");
        received.Headers["X-Auth-Subject"].ShouldBe(["alice"]);
        received.Headers["X-Auth-Issuer"].ShouldBe([_proxies.Parts.Issuer.Issuer]);
        received.Headers["X-Auth-Scopes"].ShouldBe(["orders:read"]);
        received.Headers["X-Auth-Payload"].Length.ShouldBe(1);
        received.Header("X-Auth-Roles").ShouldBeNull();
        received.Header("Authorization").ShouldBeNull();
        received.Header("X-Custom").ShouldBe("kept");
    }

    [Theory]
    [InlineData("nginx", "/private/a", 401, "Bearer")]
    [InlineData("envoy", "/private/a", 401, "Bearer")]
    [InlineData("nginx", "/nowhere/a", 404, null)]
    [InlineData("envoy", "/nowhere/a", 404, null)]
    [InlineData("envoy raw", "/public//a", 400, null)]
    [InlineData("nginx", "/public/a%2fb", 400, null)]
    public async Task Client_gets_the_status_and_the_challenge(string proxy, string target, int status, string? challenge)
    {
        using var response = await SendAsync(proxy, target, false, []);

        ((int)response.StatusCode).ShouldBe(status);
        response.Raw("WWW-Authenticate").ShouldBe(challenge);
        _proxies.Parts.Destination.Received.ShouldBeEmpty();
        if (proxy != "nginx")
        {
            JsonNode.Parse(await response.Content.ReadAsStringAsync())!["status"]!.GetValue<int>().ShouldBe(status);
        }
    }

    private static IEnumerable<string> Spellings(string name) =>
        Separators.Select(separator => name.Replace('-', separator))
            .Concat([name.ToLowerInvariant(), name.ToUpperInvariant(), $"{name[..name.LastIndexOf('-')]}_{name[(name.LastIndexOf('-') + 1)..]}"])
            .Distinct();

    private async Task<HttpResponseMessage> SendAsync(string proxy, string path, bool hasToken, string[] names)
    {
        using var client =
            new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(_proxies.Addresses[proxy]) };
        using var request = TestGateway.Request(HttpMethod.Get, path, hasToken ? _proxies.Parts.Issuer.Token().Build() : null);
        request.Headers.Add("X-Custom", "kept");
        foreach (var name in names)
        {
            request.Headers.TryAddWithoutValidation(name, Evil).ShouldBeTrue(name);
            request.Headers.TryAddWithoutValidation(name, Evil + "2").ShouldBeTrue(name);
        }

        return await client.SendAsync(request);
    }

    private void ShouldHaveReceivedNothingEvil() =>
        _proxies.Parts.Destination.Received.SelectMany(request => request.Headers)
            .Where(header => header.Value.Any(value => value.Contains(Evil, StringComparison.Ordinal)))
            .Select(header => header.Key)
            .ShouldBeEmpty();
}
