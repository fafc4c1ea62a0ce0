using System.Security.Claims;
using Gateway.Authentication;
using Gateway.Tests.Policies;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Gateway.Tests.Authentication;

public sealed class TokenIdentityTests
{
    private static readonly TokenIdentity Identity = Of(
        """{"sub":"alice","roles":["ops","admin"],"exp":4000000000,"n":7,"f":1.5,"yes":true,"no":false,"nothing":null,"a":{"b":[1]},"mixed":["x",1,null,{"y":2},[3]],"empty":[],"\u0061lias":"é"}""");

    [Theory]
    [InlineData("sub", "alice", ClaimValueTypes.String)]
    [InlineData("exp", "4000000000", ClaimValueTypes.Integer64)]
    [InlineData("n", "7", ClaimValueTypes.Integer32)]
    [InlineData("f", "1.5", ClaimValueTypes.Double)]
    [InlineData("yes", "true", ClaimValueTypes.Boolean)]
    [InlineData("no", "false", ClaimValueTypes.Boolean)]
    [InlineData("a", """{"b":[1]}""", JsonClaimValueTypes.Json)]
    [InlineData("alias", "é", ClaimValueTypes.String)]
    public void Value_is_a_claim_of_its_name_and_type(string name, string value, string type)
    {
        var claim = Identity.FindAll(name).ShouldHaveSingleItem();

        (claim.Value, claim.ValueType).ShouldBe((value, type));
        claim.Issuer.ShouldBe("https://shop.example.com");
        claim.Subject.ShouldBe(Identity);
    }

    [Fact]
    public void Array_gives_a_claim_for_each_item_and_null_gives_none()
    {
        Identity.FindAll("mixed").Select(claim => claim.Value).ShouldBe(["x", "1", """{"y":2}""", "[3]"]);
        Identity.FindAll("empty").ShouldBeEmpty();
        Identity.FindAll("nothing").ShouldBeEmpty();
    }

    [Fact]
    public void Name_and_roles_are_those_of_the_token()
    {
        var user = new ClaimsPrincipal(Identity);

        (user.Identity!.Name, user.Identity.AuthenticationType, user.Identity.IsAuthenticated).ShouldBe(("alice", "Bearer", true));
        user.IsInRole("admin").ShouldBeTrue();
        user.IsInRole("root").ShouldBeFalse();
    }

    [Fact]
    public void Shared_identity_cannot_be_changed_and_its_clone_can()
    {
        var role = new Claim("roles", "root");
        Should.Throw<InvalidOperationException>(() => Identity.AddClaim(role));
        Should.Throw<InvalidOperationException>(() => Identity.AddClaims([role]));
        Should.Throw<InvalidOperationException>(() => Identity.RemoveClaim(Identity.Claims.First()));
        Should.Throw<InvalidOperationException>(() => Identity.TryRemoveClaim(Identity.Claims.First()));

        // The clone of a principal shares the identities with it.
        var clone = new ClaimsPrincipal(Identity.Clone());
        ((ClaimsIdentity)clone.Identity!).AddClaim(role);

        clone.IsInRole("root").ShouldBeTrue();
        new ClaimsPrincipal(Identity).IsInRole("root").ShouldBeFalse();
        TokenIdentity.TokenOf(clone).ShouldBe(Identity.Token, "policies judge the token");
    }

    [Fact]
    public void Withdrawn_user_is_anonymous_whatever_was_set_before_and_after()
    {
        var user = new RequestUser(Identity.Token);
        user.User!.Identity!.IsAuthenticated.ShouldBeTrue();
        user.AuthenticateResult!.Succeeded.ShouldBeTrue();

        user.Withdraw(Gateway.Jose.RejectionReason.Revoked);
        user.User = new ClaimsPrincipal(Identity);

        user.User!.Identity!.IsAuthenticated.ShouldBeFalse();
        user.AuthenticateResult!.Succeeded.ShouldBeFalse();
    }

    [Fact]
    public void User_that_code_sets_replaces_the_tokens()
    {
        var user = new RequestUser(Identity.Token) { User = new ClaimsPrincipal(new ClaimsIdentity("Other")) };

        user.User!.Identity!.AuthenticationType.ShouldBe("Other");
        user.AuthenticateResult.ShouldBeNull();
    }

    private static TokenIdentity Of(string claims) => new VerifiedToken(TestToken.Of(claims), null!, []).Identity;
}
