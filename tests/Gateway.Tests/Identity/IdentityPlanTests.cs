using System.Buffers.Text;
using System.Text.Json;
using Gateway.Identity;
using Gateway.Policies;
using Gateway.Tests.Policies;
using Gateway.Tokens;

namespace Gateway.Tests.Identity;

public sealed class IdentityPlanTests
{
    [Theory]
    [InlineData("sub", """{"sub":"alice"}""", "alice")]
    [InlineData("sub", """{}""", null)]
    [InlineData("sub", """{"sub":null}""", null)]
    [InlineData("roles", """{"roles":[]}""", null)]
    [InlineData("roles", """{"roles":["a","b"]}""", "a,b")]
    [InlineData("realm_access.roles", """{"realm_access":{"roles":["a","b"]}}""", "a,b")]
    [InlineData("groups.name", """{"groups":[{"name":"a"},{"name":"b,c"},{}]}""", "a,b%2Cc")]
    [InlineData("groups.name", """{"groups":[{"name":["a","b"]},{"name":"c"}]}""", "a,b,c")]
    [InlineData("groups.name", """{"groups":[{"name":null},{"name":""}]}""", null)]
    [InlineData("org", """{"org":{"id":7,"n":"x"}}""", """{"id":7%2C"n":"x"}""")]
    [InlineData("$subject_type", """{}""", "user")]
    public void Claim_travels_in_its_header(string path, string claims, string? value)
    {
        ValueOf(path, TestToken.Of(claims)).ShouldBe(value);
    }

    [Fact]
    public void Scope_and_client_id_cover_what_providers_call_them()
    {
        var token = TestToken.Of("""{"scp":["ignored"],"azp":"ignored"}""", scopes: ["orders:read", "orders:write"], clientId: "shop-web");

        ValueOf("scope", token).ShouldBe("orders:read orders:write");
        ValueOf("client_id", token).ShouldBe("shop-web");
        ValueOf("scope", TestToken.Of("{}")).ShouldBeNull();
        ValueOf("client_id", TestToken.Of("{}", clientId: null)).ShouldBeNull();
    }

    [Fact]
    public void Payload_header_is_the_claims_set_as_it_was_signed()
    {
        const string Claims = """{ "sub" : "J\u00f6rg" }""";

        new IdentityPlan([], "X-Auth-Payload").TryCreate(TestToken.Of(Claims), out var headers).ShouldBeTrue();

        headers.ShouldHaveSingleItem().Name.ShouldBe("X-Auth-Payload");
        System.Text.Encoding.UTF8.GetString(Base64Url.DecodeFromChars(headers[0].Value)).ShouldBe(Claims);
    }

    [Theory]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void Value_that_is_too_long_is_rejected_and_never_cut(int length, bool fits)
    {
        var token = TestToken.Of(JsonSerializer.Serialize(new { a = new string('x', length) }));

        PlanOf("a").TryCreate(token, out var headers).ShouldBe(fits);
        headers.Length.ShouldBe(fits ? 1 : 0);
    }

    [Theory]
    [InlineData(4096, 4096, 0, true)]
    [InlineData(4096, 4095, 2, false)]
    public void Values_that_are_too_long_together_are_rejected(int a, int b, int c, bool fits)
    {
        var token = TestToken.Of(JsonSerializer.Serialize(new { a = new string('x', a), b = new string('x', b), c = new string('x', c) }));

        PlanOf("a", "b", "c").TryCreate(token, out _).ShouldBe(fits);
    }

    [Fact]
    public void Length_counts_as_it_travels()
    {
        var token = TestToken.Of(JsonSerializer.Serialize(new { a = new string('\u20AC', 500) }));

        PlanOf("a").TryCreate(token, out _).ShouldBeFalse();
    }

    private static string? ValueOf(string path, AccessToken token)
    {
        PlanOf(path).TryCreate(token, out var headers).ShouldBeTrue();
        return headers.IsEmpty ? null : headers.ShouldHaveSingleItem().Value;
    }

    private static IdentityPlan PlanOf(params string[] paths) => new(
        [.. paths.Select((path, index) =>
        {
            ClaimPath.TryParse(path, out var parsed).ShouldBeTrue();
            return new IdentityMapping($"X-{index}", parsed);
        })],
        PayloadHeader: null);
}
