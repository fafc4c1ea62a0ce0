using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Authentication.SenderConstraint;

/// <summary>The URL of a proof is the one that the client has used, as trusted proxies report it.</summary>
public sealed class DpopProxyTests
{
    [Theory]
    [InlineData("https://api.example.com/shop/private/orders", "api.example.com", "443", 200)]
    [InlineData("https://api.example.com:8443/shop/private/orders", "api.example.com:8443", null, 200)]
    [InlineData("https://api.example.com:8443/shop/private/orders", "api.example.com", "8443", 200)]
    [InlineData("https://api.example.com/shop/private/orders", "api.example.com", "8443", 200)]
    [InlineData("https://api.example.com:8444/shop/private/orders", "api.example.com", "8443", 401)]
    [InlineData("https://api.example.com:8443/shop/private/orders", "api.example.com:443", "8443", 401)]
    [InlineData("https://api.example.com/private/orders", "api.example.com", null, 401)]
    [InlineData("http://api.example.com/shop/private/orders", "api.example.com", null, 401)]
    public async Task Url_behind_a_proxy_is_the_clients(string target, string host, string? port, int status)
    {
        await using var parts = await StandardGateway.StartAsync(configuration => configuration
            .With("Gateway:TrustedProxies", """["127.0.0.1"]""")
                .With("Gateway:TrustForwardedHost", "true")
                .With("Gateway:TrustForwardedPrefix", "true"));
        using var key = SigningKey.Ec();
        var token = DpopGateway.Bound(parts.Issuer, key);
        using var request = ProofBuilder.Request(
            HttpMethod.Get, "/private/orders?x=1", token, new ProofBuilder(key).For(HttpMethod.Get, target, token).Build());
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", host);
        request.Headers.Add("X-Forwarded-Prefix", "/shop");
        if (port is not null)
        {
            request.Headers.Add("X-Forwarded-Port", port);
        }

        using var response = await parts.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task Stranger_cannot_choose_the_url()
    {
        await using var parts = await StandardGateway.StartAsync(_ => { });
        using var key = SigningKey.Ec();
        var token = DpopGateway.Bound(parts.Issuer, key);
        var proof = new ProofBuilder(key).For(HttpMethod.Get, "https://other.example/private/orders", token).Build();
        using var request = ProofBuilder.Request(HttpMethod.Get, "/private/orders", token, proof);
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "other.example");

        using var response = await parts.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(401);
    }

    [Theory]
    [InlineData("""[{ "Cookie": "token" }]""", "Bearer")]
    [InlineData("""[{ "Header": "Authorization" }]""", null)]
    [InlineData("""[{ "Header": "Authorization", "Scheme": "Token" }]""", null)]
    public async Task Scheme_is_accepted_where_the_authorization_header_is_a_source(string sources, string? challenge)
    {
        await using var parts =
            await StandardGateway.StartAsync(configuration => configuration.With("Gateway:TokenSources", JsonNode.Parse(sources)));
        using var key = SigningKey.Ec();
        var token = DpopGateway.Bound(parts.Issuer, key);
        var proof = new ProofBuilder(key).For(HttpMethod.Get, $"{parts.Gateway.Address}/private/orders", token).Build();
        using var request = ProofBuilder.Request(HttpMethod.Get, "/private/orders", token, proof);

        using var response = await parts.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        response.Raw("WWW-Authenticate").ShouldBe(challenge);
        ((int)response.StatusCode).ShouldBe(challenge is null ? 200 : 401);
    }
}
