using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers.Introspection;

/// <summary>Introspection responses that the issuer signs (RFC 9701).</summary>
public sealed class SignedIntrospectionTests
{
    private const string Token = IntrospectingGateway.Token;
    private const string MediaType = "application/token-introspection+jwt";

    [Fact]
    public async Task Signed_response_is_asked_for_and_accepted()
    {
        await using var parts = await StartAsync(_ => { });

        (await parts.StatusAsync()).ShouldBe(200);
        parts.Destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        parts.Endpoint.Calls.ShouldHaveSingleItem().Accept.ShouldBe(MediaType);
    }

    [Theory]
    [InlineData("typ", "\"JWT\"")]
    [InlineData("typ", "\"at+jwt\"")]
    [InlineData("typ", null)]
    [InlineData("alg", "\"none\"")]
    [InlineData("kid", "\"other\"")]
    [InlineData("crit", """["iss"]""")]
    public Task Header_of_another_statement_is_rejected(string member, string? json) =>
        ShouldRejectAsync(response => response.WithHeader(member, json is null ? null : JsonNode.Parse(json)));

    [Theory]
    [InlineData("iss", "\"https://other.example\"")]
    [InlineData("iss", null)]
    [InlineData("aud", "\"other\"")]
    [InlineData("aud", """["other"]""")]
    [InlineData("aud", null)]
    [InlineData("iat", "1")]
    [InlineData("iat", "99999999999")]
    [InlineData("iat", "\"now\"")]
    [InlineData("iat", null)]
    [InlineData("token_introspection", null)]
    [InlineData("token_introspection", "[]")]
    [InlineData("token_introspection", """{"active":"yes"}""")]
    public Task Claim_of_another_statement_is_rejected(string claim, string? json) => ShouldRejectAsync(response =>
    {
        response.Claims.Remove(claim);
        if (json is not null)
        {
            response.Claims[claim] = JsonNode.Parse(json);
        }
    });

    [Fact]
    public async Task Response_without_signature_or_by_a_stranger_is_rejected()
    {
        using var stranger = SigningKey.Rsa("rsa-1");
        await using var parts = await StartAsync(_ => { });
        var good = parts.Active();

        parts.Endpoint.Handler = (context, _) => FakeIntrospection.WriteAsync(context, good.ToJsonString());
        (await parts.DecideAsync("a")).ShouldBe((503, "introspection_unavailable"));
        parts.Endpoint.Handler = (context, _) => FakeIntrospection.WriteAsync(context, Statement(stranger, parts, good).Build(), MediaType);
        (await parts.DecideAsync("b")).ShouldBe((503, "introspection_unavailable"));
        parts.Destination.Received.Count.ShouldBe(0);
    }

    private static async Task ShouldRejectAsync(Action<TokenBuilder> spoil)
    {
        await using var parts = await StartAsync(spoil);

        (await parts.DecideAsync()).ShouldBe((503, "introspection_unavailable"));
        parts.Destination.Received.Count.ShouldBe(0);
    }

    private static async Task<IntrospectingGateway> StartAsync(Action<TokenBuilder> spoil)
    {
        var parts = await IntrospectingGateway.StartAsync(new JsonObject { ["SignedResponses"] = true });
        parts.Endpoint.Knows(Token, parts.Active());
        parts.Endpoint.Handler = (context, response) =>
        {
            var statement = Statement(parts.Issuer.Rsa, parts, response);
            spoil(statement);
            return FakeIntrospection.WriteAsync(context, statement.Build(), MediaType);
        };
        return parts;
    }

    private static TokenBuilder Statement(SigningKey key, IntrospectingGateway parts, JsonObject response)
    {
        var statement = new TokenBuilder(key, parts.Issuer.Issuer).WithHeader("typ", "token-introspection+jwt");
        statement.Claims.Clear();
        return statement.With("iss", parts.Issuer.Issuer)
            .With("aud", "gate way")
            .With("iat", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds())
            .With("token_introspection", response.DeepClone());
    }
}
