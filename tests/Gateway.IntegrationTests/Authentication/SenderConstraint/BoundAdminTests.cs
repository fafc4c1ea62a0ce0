using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Authentication.SenderConstraint;

/// <summary>Bound tokens beside the routes: at <c>/admin</c>, and at endpoints that a fork adds.</summary>
public sealed class BoundAdminTests : IAsyncLifetime
{
    private readonly SigningKey _key = SigningKey.Ec();
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        _gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_issuer, _destination).WithPolicy("admins", """{ "Scopes": { "All": ["gateway:admin"] } }""")
                .With("Gateway:Management", """{ "Policy": "admins" }"""),
            extend: app =>
                app.MapGet(
                    "/fork",
                    (HttpContext context) =>
                        context.User.FindFirst("sub")?.Value ?? "").RequireAuthorization(new AuthorizeAttribute("admins")));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
        _key.Dispose();
    }

    [Theory]
    [InlineData("/admin/issuers", true)]
    [InlineData("/fork", false)]
    public async Task Bound_token_needs_its_proof_beside_the_routes_too(string path, bool isManagement)
    {
        var address = isManagement ? _gateway.ManagementAddress : _gateway.Address;
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        var token = DpopGateway.Bound(_issuer, _key, token => token.With("scope", "gateway:admin"));
        var proof = new ProofBuilder(_key).For(HttpMethod.Get, address + path, token).Build();
        using var bearer = TestGateway.Request(HttpMethod.Get, path, token);
        bearer.Headers.Add("DPoP", proof);
        using var withoutProof = ProofBuilder.Request(HttpMethod.Get, path, token);
        using var elsewhere = ProofBuilder.Request(
            HttpMethod.Get, path, token, new ProofBuilder(_key).For(HttpMethod.Get, $"{address}/other", token).Build());
        using var proven = ProofBuilder.Request(HttpMethod.Get, path, token, proof);
        using var again = ProofBuilder.Request(HttpMethod.Get, path, token, proof);
        using var unbound = TestGateway.Request(HttpMethod.Get, path, _issuer.Token().With("scope", "gateway:admin").Build());

        (await StatusAsync(client, bearer)).ShouldBe(401);
        (await StatusAsync(client, withoutProof)).ShouldBe(401);
        (await StatusAsync(client, elsewhere)).ShouldBe(401);
        (await StatusAsync(client, proven)).ShouldBe(200);
        (await StatusAsync(client, again)).ShouldBe(401);
        (await StatusAsync(client, unbound)).ShouldBe(200);
    }

    [Fact]
    public async Task Policy_of_endpoints_decides_after_the_proof()
    {
        var token = DpopGateway.Bound(_issuer, _key);
        using var request = ProofBuilder.Request(
            HttpMethod.Get, "/fork", token, new ProofBuilder(_key).For(HttpMethod.Get, $"{_gateway.Address}/fork", token).Build());

        (await StatusAsync(_gateway.Client, request)).ShouldBe(403);
    }

    [Fact]
    public async Task Explanation_says_that_it_has_no_proof()
    {
        using var client = new HttpClient { BaseAddress = new Uri(_gateway.ManagementAddress) };
        using var request = TestGateway.Request(HttpMethod.Post, "/admin/explain", _issuer.Token().With("scope", "gateway:admin").Build());
        request.Content = new StringContent(
            new JsonObject { ["route"] = "private", ["token"] = DpopGateway.Bound(_issuer, _key) }.ToJsonString(), null,
            "application/json");

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var explanation = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        explanation["verdict"]!.GetValue<string>().ShouldBe("accepted");
        explanation["summary"]!.GetValue<string>().ShouldContain("has to prove");
        var check = explanation["checks"]!.AsArray().Single(check => check!["check"]!.GetValue<string>() == "binding")!;
        check["outcome"]!.GetValue<string>().ShouldBe("not_checked");
        check["found"]!.GetValue<string>().ShouldContain(ProofBuilder.Thumbprint(_key));
    }

    private static async Task<int> StatusAsync(HttpClient client, HttpRequestMessage request)
    {
        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
