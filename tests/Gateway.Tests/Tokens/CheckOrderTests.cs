namespace Gateway.Tests.Tokens;

/// <summary>
/// RFC 8725 section 3.8: what is read before the signature verifies can reject, never admit, and a rejection hands out no claims.
/// </summary>
public sealed class CheckOrderTests
{
    private readonly Shop _shop = new();

    [Fact]
    public void Rejected_token_yields_no_claims()
    {
        var result = _shop.Validate(_shop.TokenSignedBy(TestKeys.OtherRsa).Build());

        result.IsAccepted.ShouldBeFalse();
        result.Token.ShouldBeNull();
    }

    [Fact]
    public void Rejection_names_a_configured_issuer_or_none()
    {
        _shop.Validate(_shop.Token().With("exp", 1).Build()).Issuer.ShouldBe(_shop.Profile);
        _shop.Validate(_shop.Token().With("iss", "https://attacker.example").Build()).Issuer.ShouldBeNull();
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("wrong_audience")]
    [InlineData("wrong_type")]
    [InlineData("bad_claim")]
    [InlineData("missing_claim")]
    [InlineData("lifetime_too_long")]
    [InlineData("not_yet_valid")]
    public void Cheap_checks_reject_a_forged_token_before_the_signature_is_looked_at(string decision)
    {
        var forged = _shop.TokenSignedBy(TestKeys.OtherRsa);
        var spoiled = decision switch
        {
            "expired" => forged.With("exp", 1),
            "wrong_audience" => forged.With("aud", "other"),
            "wrong_type" => forged.WithHeader("typ", "logout+jwt"),
            "bad_claim" => forged.With("exp", "soon"),
            "missing_claim" => forged.Without("aud"),
            "lifetime_too_long" => forged.With("exp", 99_999_999_999),
            _ => forged.With("nbf", 99_999_999_999),
        };

        _shop.Decide(spoiled).ShouldBe(decision);
    }

    [Fact]
    public void Good_token_is_still_accepted_after_many_bad_ones()
    {
        var good = _shop.Token().Build();
        for (var i = 0; i < 100; i++)
        {
            _shop.Decide(_shop.TokenSignedBy(TestKeys.OtherRsa).With("i", i)).ShouldBe("bad_signature");
        }

        _shop.Decide(good).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Rejecting_a_forged_token_leaves_the_good_one_with_the_same_claims_alone()
    {
        var good = _shop.Token();
        var forged = good.Build()[..^4] + "AAAA";

        _shop.Decide(forged).ShouldBe("bad_signature");
        _shop.Decide(good).ShouldBe(Shop.Accepted);
        _shop.Decide(forged).ShouldBe("bad_signature");
    }
}
