using System.Text;
using Gateway.Authentication;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Tests.Issuers;
using Gateway.Tests.Tokens;
using Gateway.Tokens;

namespace Gateway.Tests.Authentication;

/// <summary>An authenticator with everything under it, for one issuer whose keys and clock the test has in hand.</summary>
internal sealed class AuthenticatorBench : IDisposable
{
    private readonly KeyBench _keys = new();

    public AuthenticatorBench(Shop? shop = null)
    {
        Shop = shop ?? new Shop();
        Cache = new TokenCache(1024, 64L << 20);
        Revocations = new RevocationList(Shop.Clock, TimeSpan.FromSeconds(10));
        Revocations.MarkRead(Shop.Clock.GetTimestamp());
        var validator = new AccessTokenValidator(Shop.Issuers, Shop.Clock);
        var verifier =
            new TokenVerifier(validator, new IdentityPlan([.. IdentityCheck.DefaultHeaders.Select(MappingOf)], null), _keys.Search);
        Authenticator = new Authenticator(verifier, Cache, Revocations, Shop.Clock, _keys.Metrics);
    }

    public Shop Shop { get; }

    public TokenCache Cache { get; }

    public RevocationList Revocations { get; }

    public Authenticator Authenticator { get; }

    public VerificationBudget Budget => Shop.Profile.Keys.Verifications;

    public ValueTask<AuthenticationOutcome> AuthenticateAsync(string token) =>
        Authenticator.AuthenticateAsync(token.AsMemory(), RoutePolicy.Authenticated, default, TestContext.Current.CancellationToken);

    /// <summary>The reason, or null for an accepted token.</summary>
    public async Task<RejectionReason?> DecideAsync(string token, RoutePolicy? policy = null) =>
        (await Authenticator.AuthenticateAsync(
            token.AsMemory(), policy ?? RoutePolicy.Authenticated, default, TestContext.Current.CancellationToken)).Rejection?.Reason;

    /// <summary>Begins a flood and takes every place that it leaves for checking signatures, so that whoever needs one waits.</summary>
    public Task<VerificationBudget.Place[]> TakeBudgetAsync()
    {
        for (var i = 0; i < 2 * VerificationBudget.Flood; i++)
        {
            Budget.Count(isGood: false);
        }

        return TakePlacesAsync();
    }

    /// <summary>As many places as a flood leaves.</summary>
    public Task<VerificationBudget.Place[]> TakePlacesAsync() => TakePlacesAsync(Budget);

    public static async Task<VerificationBudget.Place[]> TakePlacesAsync(VerificationBudget budget)
    {
        var places = new VerificationBudget.Place[Math.Max(1, Environment.ProcessorCount / 2)];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = await budget.EnterAsync(TestContext.Current.CancellationToken);
            places[i].IsTaken.ShouldBeTrue();
        }

        return places;
    }

    public static void FreeBudget(VerificationBudget.Place[] places)
    {
        foreach (var place in places)
        {
            place.Dispose();
        }
    }

    public void Dispose() => _keys.Dispose();

    private static IdentityMapping MappingOf(KeyValuePair<string, string> header)
    {
        ClaimPath.TryParse(header.Value, out var claim).ShouldBeTrue();
        return new IdentityMapping(header.Key, claim!);
    }

    /// <summary>A cache entry that nobody verified, for tests of the cache alone.</summary>
    public static CachedToken Entry(Shop shop, TokenCache cache, string text, double expiresAt)
    {
        var ring = shop.Profile.Keys.Current;
        var traits = SignatureAlgorithms.Of(SignatureAlgorithm.RS256);
        var token = new AccessToken
        {
            Issuer = shop.Profile,
            Subject = null,
            TokenId = null,
            ClientId = null,
            SessionId = null,
            Scopes = [],
            IssuedAt = null,
            ExpiresAt = expiresAt,
            Claims = default,
            Algorithm = SignatureAlgorithms.Of(SignatureAlgorithm.RS256),
            Text = Encoding.ASCII.GetBytes(text),
        };
        var key = new TokenKey(TestKeys.Rsa.KeyId, traits, ring.Find(TestKeys.Rsa.KeyId, traits)!, ring);
        return new CachedToken(new VerifiedToken(token, key, []), cache.HashOf(text));
    }
}
