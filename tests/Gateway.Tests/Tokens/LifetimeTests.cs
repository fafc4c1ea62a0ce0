using System.Globalization;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Tokens;

/// <summary>RFC 7519 sections 4.1.4 to 4.1.6 against a clock that stands still: every bound is met to the second.</summary>
public sealed class LifetimeTests
{
    private const int Skew = 60;
    private const int Day = 24 * 60 * 60;

    private readonly Shop _shop = new();

    private long Now => _shop.Clock.UnixSeconds;

    [Theory]
    [InlineData(Skew + 1, Shop.Accepted)]
    [InlineData(0, Shop.Accepted)]
    [InlineData(-(Skew - 1), Shop.Accepted)]
    [InlineData(-Skew, "expired")]
    [InlineData(-(Skew + 1), "expired")]
    [InlineData(-Day, "expired")]
    public void Expiry_is_extended_by_the_skew_and_no_more(int offset, string decision)
    {
        _shop.Decide(_shop.Token().With("iat", Now - 3600).With("exp", Now + offset)).ShouldBe(decision);
    }

    [Theory]
    [InlineData("nbf", Skew - 1, Shop.Accepted)]
    [InlineData("nbf", Skew, Shop.Accepted)]
    [InlineData("nbf", Skew + 1, "not_yet_valid")]
    [InlineData("nbf", 240, "not_yet_valid")]
    [InlineData("nbf", -Day, Shop.Accepted)]
    [InlineData("iat", Skew - 1, Shop.Accepted)]
    [InlineData("iat", Skew, Shop.Accepted)]
    [InlineData("iat", Skew + 1, "not_yet_valid")]
    [InlineData("iat", 10 * 3600, "not_yet_valid")]
    public void Not_before_and_issued_at_are_brought_forward_by_the_skew_and_no_more(string claim, int offset, string decision)
    {
        _shop.Decide(_shop.Token().With(claim, Now + offset)).ShouldBe(decision);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(300)]
    public void Configured_skew_counts_at_both_ends(int skew)
    {
        var shop = new Shop(profile => profile with { ClockSkew = TimeSpan.FromSeconds(skew) });
        var now = shop.Clock.UnixSeconds;

        shop.Decide(shop.Token().With("iat", now - 900).With("exp", now - skew + 1)).ShouldBe(Shop.Accepted);
        shop.Decide(shop.Token().With("iat", now - 900).With("exp", now - skew)).ShouldBe("expired");
        shop.Decide(shop.Token().With("nbf", now + skew)).ShouldBe(Shop.Accepted);
        shop.Decide(shop.Token().With("nbf", now + skew + 1)).ShouldBe("not_yet_valid");
    }

    [Fact]
    public void Same_token_expires_as_the_clock_goes_on()
    {
        var token = _shop.Token().With("exp", Now + 10).Build();

        _shop.Decide(token).ShouldBe(Shop.Accepted);
        _shop.Clock.Advance(TimeSpan.FromSeconds(10 + Skew - 1));
        _shop.Decide(token).ShouldBe(Shop.Accepted);
        _shop.Clock.Advance(TimeSpan.FromSeconds(1));
        _shop.Decide(token).ShouldBe("expired");
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("nbf")]
    [InlineData("iat")]
    public void Time_that_is_no_positive_finite_number_is_a_bad_claim(string claim)
    {
        var soon = (Now + 100).ToString(CultureInfo.InvariantCulture);
        string[] values =
        [
            $"\"{soon}\"", "\"NaN\"", "\"Infinity\"", "true", "{}", "[]", $"[{soon}]",
            "0", "-0", "0.0", "-1", $"-{soon}", "1e300", "1e400", "-1e400", "1e999999999", "253402300800", "99999999999999999999", "1e-400",
        ];
        foreach (var value in values)
        {
            _shop.DecideClaim(claim, value).ShouldBe("bad_claim", value);
        }
    }

    [Fact]
    public void Time_in_milliseconds_is_a_bad_claim()
    {
        _shop.DecideClaim("exp", ((Now + 100) * 1000).ToString(CultureInfo.InvariantCulture)).ShouldBe("bad_claim");
    }

    [Fact]
    public void Time_with_a_fraction_or_an_exponent_is_a_number()
    {
        _shop.DecideClaim("exp", $"{Now - Skew}.5").ShouldBe(Shop.Accepted);
        _shop.DecideClaim("exp", $"{Now - Skew - 1}.5").ShouldBe("expired");
        _shop.DecideClaim("exp", $"{Now + 100}.0").ShouldBe(Shop.Accepted);
        _shop.DecideClaim("exp", $"{Now + 100}0e-1").ShouldBe(Shop.Accepted);
        _shop.DecideClaim("nbf", $"{Now + Skew}.5").ShouldBe("not_yet_valid");
    }

    [Fact]
    public void Missing_expiry_is_a_missing_claim()
    {
        _shop.Decide(_shop.Token().Without("exp")).ShouldBe("missing_claim");
    }

    [Theory]
    [InlineData(0, Shop.Accepted)]
    [InlineData(1, "lifetime_too_long")]
    public void Lifetime_is_expiry_less_issued_at(int over, string decision)
    {
        _shop.Decide(_shop.Token().With("iat", Now).With("exp", Now + Day + over)).ShouldBe(decision);
        _shop.Decide(_shop.Token().With("iat", Now - 3600).With("exp", Now - 3600 + Day + over)).ShouldBe(decision);
    }

    [Theory]
    [InlineData(0, Shop.Accepted)]
    [InlineData(1, "lifetime_too_long")]
    public void Lifetime_without_issued_at_counts_from_not_before(int over, string decision)
    {
        _shop.Decide(_shop.Token().Without("iat").With("nbf", Now - 10).With("exp", Now - 10 + Day + over)).ShouldBe(decision);
    }

    [Theory]
    [InlineData(0, Shop.Accepted)]
    [InlineData(Skew, Shop.Accepted)]
    [InlineData(Skew + 1, "lifetime_too_long")]
    public void Lifetime_without_any_start_counts_from_now_and_allows_for_the_skew(int over, string decision)
    {
        _shop.Decide(_shop.Token().Without("iat").With("exp", Now + Day + over)).ShouldBe(decision);
    }

    [Fact]
    public void Token_without_issued_at_and_not_before_is_accepted()
    {
        _shop.Decide(_shop.Token().Without("iat")).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Times_are_kept_as_they_stand_in_the_token()
    {
        var token = _shop.Accept(_shop.Token().With("iat", JsonValue.Create(Now - 0.5)).With("exp", Now + 7));

        token.IssuedAt.ShouldBe(Now - 0.5);
        token.ExpiresAt.ShouldBe(Now + 7);
    }
}
