using Gateway.Authentication;
using Gateway.Explanation;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Testing;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Authentication;

/// <summary>
/// A request with a known token, an open connection and an explanation agree on a token that was verified once. What a connection tolerates
/// is in the table.
/// </summary>
public sealed class TokenValidityTests : IDisposable
{
    private static readonly TimeSpan ListTooOld = TimeSpan.FromSeconds(11);

    private readonly PublishedKeys _source = new() { Load = KeyLoad.Of(Shop.RingOf(TestKeys.Rsa.ToJwk(), TestKeys.P256.ToJwk())) };
    private readonly AuthenticatorBench _bench;

    public TokenValidityTests()
    {
        _bench = new AuthenticatorBench(new Shop(shop => shop with { Keys = new IssuerKeys("shop", _source) }));
        Publish(_source.Load);
    }

    private Shop Shop => _bench.Shop;

    /// <summary>
    /// The state of the token; the reasons of a request (by a policy that rejects, or allows, an old list), a connection and an
    /// explanation.
    /// </summary>
    public static TheoryData<string, string?, string?, string?, string?> States => new()
    {
        { "good", null, null, null, null },
        { "expired within the skew", null, null, null, null },
        { "expired", "Expired", "Expired", "Expired", "Expired" },
        { "key gone", "UnknownKey", "UnknownKey", "UnknownKey", "UnknownKey" },
        // A request and an explanation verify the signature anew, with the key that has its id now.
        { "key replaced", "BadSignature", "BadSignature", "UnknownKey", "BadSignature" },
        { "key published again", null, null, null, null },
        // A provider that is down ends no connection.
        { "all keys too old", "KeysUnavailable", "KeysUnavailable", null, "KeysUnavailable" },
        { "revoked by Jti", "Revoked", "Revoked", "Revoked", "Revoked" },
        { "revoked by Sub", "Revoked", "Revoked", "Revoked", "Revoked" },
        { "revoked by Sid", "Revoked", "Revoked", "Revoked", "Revoked" },
        { "revoked by Client", "Revoked", "Revoked", "Revoked", "Revoked" },
        { "revoked by Issuer", "Revoked", "Revoked", "Revoked", "Revoked" },
        { "revoked by Token", "Revoked", "Revoked", "Revoked", "Revoked" },
        // A store that is down ends no connection.
        { "list too old", "RevocationUnavailable", null, null, "RevocationUnavailable" },
        { "revoked by Jti, list too old", "Revoked", "Revoked", "Revoked", "Revoked" },
        { "forgotten keys unknown", "RevocationUnavailable", null, null, "RevocationUnavailable" },
    };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(States))]
    public async Task Request_connection_and_explanation_agree(
        string state, string? request, string? lenient, string? connection, string? explanation)
    {
        var token = Shop.Token().With("jti", "token-1").With("sid", "session-1").With("client_id", "client-1").Build();
        var known = (await _bench.AuthenticateAsync(token)).Token.ShouldNotBeNull();
        var validity = new TokenValidity(known);
        foreach (var part in state.Split(", "))
        {
            Enter(part, known);
        }

        var now = (Shop.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        var (strict, allowing) =
            (RoutePolicy.Authenticated, RoutePolicy.Authenticated with { OnRevocationUnavailable = UnavailableBehavior.Allow });
        var explainer = new TokenExplainer(new IssuerDirectory([Shop.Profile], []), new IdentityPlan([], null), Shop.Clock);

        (await _bench.DecideAsync(token)).ToString().ShouldBe(request ?? "");
        (await _bench.DecideAsync(token, allowing)).ToString().ShouldBe(lenient ?? "");
        validity.Check(now, _bench.Revocations, TokenValidity.OfConnection(strict)).Rejection.ToString().ShouldBe(connection ?? "");
        explainer.Explain(
            token, null, strict, new RevocationAnswers(_bench.Revocations.Check, "the test")).Reason.ToString().ShouldBe(explanation ?? "");
    }

    [Fact]
    public async Task Connection_outlives_its_token_where_the_policy_keeps_it_and_still_ends_when_revoked()
    {
        var token = Shop.Token().With("jti", "token-1").Build();
        var known = (await _bench.AuthenticateAsync(token)).Token.ShouldNotBeNull();
        var validity = new TokenValidity(known);
        var policy = RoutePolicy.Authenticated with { OnExpiry = ExpiryBehavior.Keep };

        validity.Check(double.MaxValue, _bench.Revocations, TokenValidity.OfConnection(policy)).Rejection.ShouldBeNull();
        Enter("revoked by Jti", known);
        validity.Check(double.MaxValue, _bench.Revocations, TokenValidity.OfConnection(policy)).Rejection.ShouldBe(RejectionReason.Revoked);
    }

    private void Enter(string state, VerifiedToken known)
    {
        switch (state)
        {
            case "good":
                break;
            case "expired within the skew":
                Advance(TimeSpan.FromSeconds(known.Token.ExpiresAt - Shop.Clock.UnixSeconds + 59));
                break;
            case "expired":
                Advance(TimeSpan.FromSeconds(known.Token.ExpiresAt - Shop.Clock.UnixSeconds + 60));
                break;
            case "key gone":
                Publish(KeyLoad.Of(Shop.RingOf(TestKeys.P256.ToJwk())));
                break;
            case "key replaced":
                using (var other = SigningKey.Rsa(TestKeys.Rsa.KeyId))
                {
                    Publish(KeyLoad.Of(Shop.RingOf(other.ToJwk())));
                }

                break;
            case "key published again":
                Publish(KeyLoad.Of(Shop.RingOf(TestKeys.Rsa.ToJwk())));
                break;
            case "all keys too old":
                _source.Load = KeyLoad.Failed("it is down");
                Shop.Profile.Keys.Expire();
                break;
            case "list too old":
                Shop.Clock.Advance(ListTooOld);
                break;
            case "forgotten keys unknown":
                Shop.Profile.Keys.MarkForgottenElsewhere(isRead: false);
                break;
            default:
                var kind = Enum.Parse<RevocationKind>(state["revoked by ".Length..]);
                _bench.Revocations.Set.Apply(new RevocationEntry(kind, Shop.Issuer, ValueOf(kind, known), long.MaxValue));
                break;
        }
    }

    private static string ValueOf(RevocationKind kind, VerifiedToken known) => kind switch
    {
        RevocationKind.Jti => "token-1",
        RevocationKind.Sub => known.Token.Subject!,
        RevocationKind.Sid => "session-1",
        RevocationKind.Client => known.Token.ClientId!,
        RevocationKind.Issuer => Shop.Issuer,
        _ => RevocationKeys.HashOf(System.Text.Encoding.ASCII.GetString(known.Token.Text)),
    };

    private void Publish(KeyLoad load)
    {
        _source.Load = load;
        Shop.Profile.Keys.Replace(load.Ring!);
    }

    /// <summary>The list stays fresh.</summary>
    private void Advance(TimeSpan time)
    {
        Shop.Clock.Advance(time);
        _bench.Revocations.MarkRead(Shop.Clock.GetTimestamp());
    }

    private sealed class PublishedKeys : IKeySource
    {
        public string Name => "published";

        public required KeyLoad Load { get; set; }

        public Task<KeyLoad> LoadAsync(CancellationToken cancellationToken) => Task.FromResult(Load);
    }
}
