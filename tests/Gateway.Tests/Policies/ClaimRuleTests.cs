using System.Collections.Immutable;
using Gateway.Policies;

namespace Gateway.Tests.Policies;

/// <summary>Each row: the claims set, a path, the rule's values as the configuration hands them over, and whether the rule holds.</summary>
public sealed class ClaimRuleTests
{
    [Theory]
    [InlineData("""{"roles":"admin"}""", "roles", "admin", true)]
    [InlineData("""{"roles":"ops admin"}""", "roles", "admin", true)]
    [InlineData("""{"roles":"ops admin"}""", "roles", "ops admin", true)]
    [InlineData("""{"roles":"ops,admin"}""", "roles", "admin", false)]
    [InlineData("""{"roles":"Admin"}""", "roles", "admin", false)]
    [InlineData("""{"roles":"administrator"}""", "roles", "admin", false)]
    [InlineData("""{"roles":["ops","admin"]}""", "roles", "admin", true)]
    [InlineData("""{"roles":["ops admin","x"]}""", "roles", "admin", false)]
    [InlineData("""{"roles":["shop admin"]}""", "roles", "admin", false)]
    [InlineData("""{"roles":["shop admin"]}""", "roles", "shop admin", true)]
    [InlineData("""{"roles":["ops"]}""", "roles", "admin|ops", true)]
    [InlineData("""{"roles":[]}""", "roles", "admin", false)]
    [InlineData("""{"roles":""}""", "roles", "admin", false)]
    [InlineData("""{"roles":null}""", "roles", "admin", false)]
    [InlineData("""{}""", "roles", "admin", false)]
    [InlineData("""{"roles":{"admin":true}}""", "roles", "admin", false)]
    [InlineData("""{"roles":["admin",{"x":1}]}""", "roles", "admin", false)]
    [InlineData("""{"roles":["admin",null]}""", "roles", "admin", false)]
    [InlineData("""{"roles":[["admin"]]}""", "roles", "admin", true)]
    [InlineData("""{"level":3}""", "level", "3", true)]
    [InlineData("""{"level":3.0}""", "level", "3", true)]
    [InlineData("""{"level":3}""", "level", "3.0", true)]
    [InlineData("""{"level":3e0}""", "level", "3", true)]
    [InlineData("""{"level":"3"}""", "level", "3", true)]
    [InlineData("""{"level":"3.0"}""", "level", "3", false)]
    [InlineData("""{"level":30}""", "level", "3", false)]
    [InlineData("""{"level":1e400}""", "level", "3", false)]
    [InlineData("""{"level":3}""", "level", "three", false)]
    [InlineData("""{"level":[1,2,3]}""", "level", "3", true)]
    [InlineData("""{"staff":true}""", "staff", "true", true)]
    [InlineData("""{"staff":true}""", "staff", "True", true)]
    [InlineData("""{"staff":"true"}""", "staff", "true", true)]
    [InlineData("""{"staff":1}""", "staff", "true", false)]
    [InlineData("""{"staff":false}""", "staff", "true", false)]
    [InlineData("""{"realm_access":{"roles":["admin"]}}""", "realm_access.roles", "admin", true)]
    [InlineData("""{"realm_access.roles":["admin"]}""", "realm_access.roles", "admin", false)]
    [InlineData("""{"realm_access.roles":["admin"]}""", """realm_access\.roles""", "admin", true)]
    [InlineData("""{"https://shop.example/roles":["admin"]}""", "https://shop.example/roles", "admin", true)]
    [InlineData("""{"groups":[{"name":"ops"},{"name":"admin"}]}""", "groups.name", "admin", true)]
    [InlineData("""{"groups":[{"name":"ops"},{"id":1}]}""", "groups.name", "ops", true)]
    [InlineData("""{"groups":[{"name":["ops","admin"]}]}""", "groups.name", "admin", true)]
    [InlineData("""{"roles":"admin"}""", "roles.name", "admin", false)]
    public void Any_of_holds_when_the_claim_has_one_of_the_values(string claims, string path, string values, bool holds)
    {
        new AnyOfRule(PathOf(path), Split(values)).IsSatisfiedBy(TestToken.Of(claims), default).ShouldBe(holds);
    }

    [Theory]
    [InlineData("""{"roles":["ops","admin"]}""", "ops|admin", true)]
    [InlineData("""{"roles":"ops admin"}""", "admin|ops", true)]
    [InlineData("""{"roles":["ops"]}""", "ops|admin", false)]
    [InlineData("""{"roles":["ops",7,true]}""", "7|true", true)]
    [InlineData("""{"roles":{"ops":1}}""", "ops", false)]
    [InlineData("""{"roles":["ops",{}]}""", "ops", false)]
    [InlineData("""{"roles":null}""", "ops", false)]
    [InlineData("""{}""", "ops", false)]
    public void All_of_holds_when_the_claim_has_every_value(string claims, string values, bool holds)
    {
        new AllOfRule(PathOf("roles"), Split(values)).IsSatisfiedBy(TestToken.Of(claims), default).ShouldBe(holds);
    }

    [Theory]
    [InlineData("""{"roles":["ops"]}""", "banned|guest", true)]
    [InlineData("""{"roles":["ops","guest"]}""", "banned|guest", false)]
    [InlineData("""{"roles":"ops guest"}""", "guest", false)]
    [InlineData("""{"roles":["no guest"]}""", "guest", true)]
    [InlineData("""{"roles":0}""", "0", false)]
    [InlineData("""{"roles":0.0}""", "0", false)]
    [InlineData("""{}""", "guest", true)]
    [InlineData("""{"roles":null}""", "guest", true)]
    [InlineData("""{"roles":[]}""", "guest", true)]
    [InlineData("""{"roles":{"guest":true}}""", "guest", false)]
    [InlineData("""{"roles":[{"name":"guest"}]}""", "guest", false)]
    public void None_of_holds_when_the_claim_surely_has_none_of_the_values(string claims, string values, bool holds)
    {
        new NoneOfRule(PathOf("roles"), Split(values)).IsSatisfiedBy(TestToken.Of(claims), default).ShouldBe(holds);
    }

    [Theory]
    [InlineData("""{"tenant":"acme"}""", "acme", true)]
    [InlineData("""{"tenant":"ACME"}""", "acme", false)]
    [InlineData("""{"tenant":"acme corp"}""", "acme", false)]
    [InlineData("""{"tenant":["acme"]}""", "acme", false)]
    [InlineData("""{"tenant":3.00}""", "3", true)]
    [InlineData("""{"tenant":"3"}""", "3", true)]
    [InlineData("""{"tenant":true}""", "true", true)]
    [InlineData("""{"tenant":""}""", "", true)]
    [InlineData("""{"tenant":null}""", "null", false)]
    [InlineData("""{"tenant":{}}""", "{}", false)]
    [InlineData("""{}""", "acme", false)]
    public void Equals_holds_for_exactly_the_one_value(string claims, string value, bool holds)
    {
        new EqualsRule(PathOf("tenant"), value).IsSatisfiedBy(TestToken.Of(claims), default).ShouldBe(holds);
    }

    [Fact]
    public void Equals_does_not_hold_when_the_path_leads_to_several_values()
    {
        new EqualsRule(PathOf("orgs.id"), "a").IsSatisfiedBy(TestToken.Of("""{"orgs":[{"id":"a"},{"id":"b"}]}"""), default).ShouldBeFalse();
        new EqualsRule(PathOf("orgs.id"), "a").IsSatisfiedBy(TestToken.Of("""{"orgs":[{"id":"a"}]}"""), default).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"x":1}""", true)]
    [InlineData("""{"x":false}""", true)]
    [InlineData("""{"x":""}""", true)]
    [InlineData("""{"x":{}}""", true)]
    [InlineData("""{"x":[]}""", true)]
    [InlineData("""{"x":null}""", false)]
    [InlineData("""{"X":1}""", false)]
    [InlineData("""{}""", false)]
    public void Exists_tells_presence_from_absence_and_null(string claims, bool exists)
    {
        new ExistsRule(PathOf("x"), true).IsSatisfiedBy(TestToken.Of(claims), default).ShouldBe(exists);
        new ExistsRule(PathOf("x"), false).IsSatisfiedBy(TestToken.Of(claims), default).ShouldBe(!exists);
    }

    [Theory]
    [InlineData("shop-web", "shop-web", "client")]
    [InlineData("alice", "shop-web", "user")]
    [InlineData(null, null, "user")]
    public void Subject_type_tells_clients_from_users_whatever_the_claims_say(string? subject, string? clientId, string type)
    {
        var token = TestToken.Of("""{"$subject_type":"admin"}""", clientId: clientId, subject: subject);

        new EqualsRule(PathOf("$subject_type"), type).IsSatisfiedBy(token, default).ShouldBeTrue();
        new EqualsRule(PathOf("$subject_type"), "admin").IsSatisfiedBy(token, default).ShouldBeFalse();
    }

    private static ImmutableArray<string> Split(string values) => [.. values.Split('|')];

    private static ClaimPath PathOf(string text)
    {
        ClaimPath.TryParse(text, out var path).ShouldBeTrue();
        return path;
    }
}
