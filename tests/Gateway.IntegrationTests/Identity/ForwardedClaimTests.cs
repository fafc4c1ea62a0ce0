using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Identity;

public sealed class ForwardedClaimGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .With("Gateway:Identity:Payload:Header", JsonValue.Create("X-Claims"))
        .With("Gateway:Identity:Headers", """
            { "X-Subject": "sub", "X-Roles": "realm_access.roles", "X-Name": "name", "X-Address": "address", "X-Kind": "$subject_type",
              "X-Scopes": "scope", "X-Client": "client_id", "X-Org": "orgs.id", "X-Level": "level" }
            """);
}

/// <summary>What the destination reads is what the token says, on one line, whatever characters the issuer put in.</summary>
public sealed class ForwardedClaimTests : IClassFixture<ForwardedClaimGateway>
{
    private readonly StandardGateway _parts;

    public ForwardedClaimTests(ForwardedClaimGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("line\r\nX-Roles: admin", "line%0D%0AX-Roles: admin")]
    [InlineData("a,b", "a%2Cb")]
    [InlineData("100%", "100%25")]
    [InlineData(" padded ", "%20padded%20")]
    [InlineData("zoë", "zo%C3%AB")]
    [InlineData("🦊", "%F0%9F%A6%8A")]
    [InlineData("tab\tnul\0del\u007f", "tab%09nul%00del%7F")]
    [InlineData("\u2028x", "%E2%80%A8x")]
    public async Task Value_arrives_encoded_on_one_line(string claim, string expected)
    {
        using var response =
            await _parts.Gateway.GetAsync("/private/a", _parts.Issuer.Token().With("name", claim).With("sub", claim).Build());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Headers["X-Name"].ShouldBe([expected]);
        _parts.Destination.Last.Headers["X-Subject"].ShouldBe([expected]);
        _parts.Destination.Last.Header("X-Roles").ShouldBeNull();
        Uri.UnescapeDataString(expected).ShouldBe(claim);
    }

    [Theory]
    [InlineData("""{ "realm_access": { "roles": ["ops", "a,b"] } }""", "X-Roles", "ops,a%2Cb")]
    [InlineData("""{ "address": { "city": "Bonn" } }""", "X-Address", """{"city":"Bonn"}""")]
    [InlineData("""{ "address": { "a": 1, "b": 2 } }""", "X-Address", """{"a":1%2C"b":2}""")]
    [InlineData("""{ "level": 3 }""", "X-Level", "3")]
    [InlineData("""{ "level": false }""", "X-Level", "false")]
    [InlineData("""{ "orgs": [{ "id": "one" }, { "id": "two" }] }""", "X-Org", "one,two")]
    [InlineData("""{ "name": "" }""", "X-Name", null)]
    [InlineData("""{ "name": null }""", "X-Name", null)]
    [InlineData("""{ "realm_access": { "roles": [] } }""", "X-Roles", null)]
    [InlineData("""{ "sub": "shop-web" }""", "X-Kind", "client")]
    [InlineData("""{ "sub": "alice" }""", "X-Kind", "user")]
    public async Task Claim_of_any_shape_has_one_encoding(string claims, string header, string? expected)
    {
        var token = _parts.Issuer.Token();
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
        {
            token.With(name, value?.DeepClone());
        }

        using var request = TestGateway.Request(HttpMethod.Get, "/private/a", token.Build());
        request.Headers.Add(header, "from-the-client");
        using var response = await _parts.Gateway.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Header(header).ShouldBe(expected);
    }

    [Fact]
    public async Task Payload_header_decodes_to_the_claims_of_the_token()
    {
        var token = _parts.Issuer.Token().With("name", "zoë 🦊\r\n");

        using var response = await _parts.Gateway.GetAsync("/private/a", token.Build());

        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(_parts.Destination.Last.Header("X-Claims")));
        JsonNode.DeepEquals(JsonNode.Parse(payload), token.Claims).ShouldBeTrue(payload);
    }

    [Fact]
    public async Task Value_too_long_for_a_header_is_rejected_and_never_cut()
    {
        using var response = await _parts.Gateway.GetAsync("/private/a", _parts.Issuer.Token().With("name", new string('n', 5000)).Build());

        var problem = await response.ShouldBeProblemAsync(401);
        problem["reason"]!.GetValue<string>().ShouldBe("too_large");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Default_identity_headers_stay_protected_and_other_headers_are_the_clients_own()
    {
        using var request = TestGateway.Request(HttpMethod.Get, "/private/a", _parts.Issuer.Token().Build());
        request.Headers.Add("X-Auth-Subject", "admin");
        request.Headers.Add("X-Tenant", "free");

        using var response = await _parts.Gateway.Client.SendAsync(request);

        _parts.Destination.Last.Header("X-Auth-Subject").ShouldBeNull();
        _parts.Destination.Last.Header("X-Tenant").ShouldBe("free");
    }
}
