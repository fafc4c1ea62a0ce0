using System.Text;
using System.Text.Json.Nodes;
using Gateway.Explanation;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Telemetry;
using Gateway.Testing;
using Gateway.Tokens;

namespace Gateway.Tests.Tokens;

/// <summary>
/// One trusted issuer with its keys, and the validator that trusts it alone. Its tokens are good until a test spoils one.
/// </summary>
internal sealed class Shop
{
    public const string Issuer = "https://idp.example.com/realms/shop";
    public const string Accepted = "accepted";

    private static readonly RevocationAnswers NothingIsRevoked = new(_ => RevocationStatus.NotRevoked, "the test");

    private readonly AccessTokenValidator _validator;
    private readonly TokenExplainer _explainer;

    /// <param name="change">What differs from yarp.json's defaults; every algorithm with a published key is allowed.</param>
    /// <param name="others">Further issuers that the validator trusts.</param>
    public Shop(Func<IssuerProfile, IssuerProfile>? change = null, params IssuerProfile[] others)
    {
        Profile = (change ?? (profile => profile))(new IssuerProfile
        {
            Name = "shop",
            Issuer = Issuer,
            Audiences = ["shop-api"],
            Algorithms = [.. Enum.GetValues<SignatureAlgorithm>().Where(algorithm => algorithm < SignatureAlgorithm.HS256)],
            TokenTypes = ["at+jwt", "JWT"],
            ClockSkew = TimeSpan.FromMinutes(1),
            MaxLifetime = TimeSpan.FromDays(1),
            RequireTokenId = false,
            Keys = new IssuerKeys("shop", new JwksFileSource("keys.json")),
        });
        Publish(TestKeys.Rsa.ToJwk(), TestKeys.P256.ToJwk(), TestKeys.P384.ToJwk(), TestKeys.P521.ToJwk(), TestKeys.Ed25519.ToJwk());
        Issuers = new IssuerDirectory([Profile, .. others], []);
        _validator = new AccessTokenValidator(Issuers, Clock);
        _explainer = new TokenExplainer(Issuers, new IdentityPlan([], null), Clock);
    }

    public FrozenClock Clock { get; } = new();

    public IssuerProfile Profile { get; }

    public IssuerDirectory Issuers { get; }

    /// <summary>A ring of exactly these keys, as the product reads it from their JWK Set.</summary>
    public static KeyRing RingOf(params JsonNode?[] keys)
    {
        var document = new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key?.DeepClone())]) }.ToJsonString();
        JsonWebKeySet.TryParse(Encoding.UTF8.GetBytes(document), out var ring, out var error).ShouldBeTrue(error);
        return ring!;
    }

    public void Publish(params JsonNode?[] keys) => Profile.Keys.Replace(RingOf(keys));

    /// <summary>A good token.</summary>
    public TokenBuilder Token(string algorithm = "RS256") => new(TestKeys.For(algorithm), Issuer, Clock, algorithm);

    /// <summary>A token that is good but for the key it is signed with.</summary>
    public TokenBuilder TokenSignedBy(SigningKey key, string algorithm = "RS256") => new(key, Issuer, Clock, algorithm);

    /// <summary>What the validator says; the explanation of every token that any test brings must say the same.</summary>
    public TokenResult Validate(string token)
    {
        var result = ValidateAlone(token);
        var explanation = Explain(token);
        explanation.Verdict.ShouldBe(result.IsAccepted ? Verdict.Accepted : Verdict.Rejected);
        explanation.Reason.ShouldBe(result.IsAccepted ? null : result.Reason);
        return result;
    }

    public TokenResult ValidateAlone(string token) =>
        _validator.Inspect(token, out var unverified) is { } rejected ? rejected : AccessTokenValidator.Verify(token, unverified!);

    public TokenExplanation Explain(string token, RoutePolicy? policy = null) =>
        _explainer.Explain(token, null, policy ?? RoutePolicy.Authenticated, NothingIsRevoked);

    /// <summary>"accepted", or the tag of the reason for which the token is rejected.</summary>
    public string Decide(string token)
    {
        var result = Validate(token);
        return result.IsAccepted ? Accepted : Rejections.Of(result.Reason).Tag;
    }

    public string Decide(TokenBuilder token) => Decide(token.Build());

    /// <summary>The decision on a good token whose header has one member replaced by this JSON text.</summary>
    public string DecideHeader(string member, string json) => Decide(Token().WithHeader(member, JsonNode.Parse(json)));

    /// <summary>The decision on a good token with one claim replaced by this JSON text, taken literally.</summary>
    public string DecideClaim(string claim, string json)
    {
        var token = Token().Without(claim);
        return Decide(token.WithClaimsJson($"{token.Claims.ToJsonString()[..^1]},\"{claim}\":{json}}}"));
    }

    /// <summary>The claims of an accepted token.</summary>
    public AccessToken Accept(TokenBuilder token) => Validate(token.Build()).Token.ShouldNotBeNull();
}
