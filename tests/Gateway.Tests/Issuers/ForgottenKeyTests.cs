using System.Text.Json.Nodes;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tests.Tokens;
using Gateway.Tokens;

namespace Gateway.Tests.Issuers;

/// <summary>Keys that an operator had forgotten, and keys that share an id.</summary>
public sealed class ForgottenKeyTests
{
    private static readonly AlgorithmTraits Rs256 = SignatureAlgorithms.Of(SignatureAlgorithm.RS256);
    private static readonly SigningKey Other = SigningKey.Rsa();

    [Fact]
    public void Forgotten_key_verifies_nothing_under_another_id()
    {
        var keys = new IssuerKeys("shop", new ScriptedSource(TimeProvider.System));
        keys.Replace(Shop.RingOf(Named(TestKeys.Rsa, "a"), Named(TestKeys.Rsa, "b"), Named(Other, "c")));

        keys.Forget("a").ShouldBeTrue();

        keys.Current.Find("a", Rs256).ShouldBeNull();
        keys.Current.Find("b", Rs256).ShouldBeNull();
        keys.Current.Find("c", Rs256).ShouldNotBeNull();

        // The issuer withdraws the id and publishes the key again.
        keys.Replace(Shop.RingOf(Named(TestKeys.Rsa, "d"), Named(Other, "c")));
        keys.Current.Find("d", Rs256).ShouldBeNull();
        keys.Current.Find("c", Rs256).ShouldNotBeNull();
    }

    [Fact]
    public void Second_key_of_the_same_id_does_not_unsay_what_the_first_one_has_verified()
    {
        var alone = Shop.RingOf(Named(TestKeys.Rsa, "a"));
        var key = new TokenKey("a", Rs256, alone.Find("a", Rs256)!, alone);
        var both = Shop.RingOf(Named(Other, "a"), Named(TestKeys.Rsa, "a"));

        var later = key.In(both).ShouldNotBeNull();

        later.Key.IsSameAs(key.Key).ShouldBeTrue();
        later.In(Shop.RingOf(Named(Other, "a"))).ShouldBeNull();
        later.In(alone).ShouldNotBeNull();
    }

    private static JsonObject Named(SigningKey key, string id)
    {
        var jwk = key.ToJwk();
        jwk["kid"] = id;
        return jwk;
    }
}
