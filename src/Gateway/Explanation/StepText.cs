using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Explanation;

/// <summary>The checks of a token in words. It looks at what a check has decided and never decides itself.</summary>
/// <param name="now">The time that the check of the times is described with.</param>
internal sealed class StepText(IssuerDirectory issuers, DateTimeOffset now)
{
    // The claims that providers name the client in; the first one that a token has is shown.
    private static readonly string[] ClientClaims = ["client_id", "azp", "appid", "cid"];

    /// <param name="token">
    /// What the steps so far have read. A step runs only after those that it needs, so its parts are not null here.
    /// </param>
    /// <param name="reason">Null when the step passed.</param>
    public CheckText Of(TokenStep step, scoped in TokenInspection token, RejectionReason? reason) => step switch
    {
        TokenStep.Form => FormText.OfForm(token.Text, reason),
        TokenStep.Header => FormText.OfHeader(token, reason is not null),
        TokenStep.Payload => FormText.OfPayload(token, reason is not null),
        TokenStep.Algorithm => new(
            $"`alg` is one of {string.Join(", ", SignatureAlgorithms.Names)}",
            Shown.Text(token.Header.Algorithm),
            "Have the issuer sign its access tokens with one of these; RS256, PS256 and ES256 are allowed by default."),
        TokenStep.Issuer => OfIssuer(token.Claims, reason),
        TokenStep.IssuerAlgorithm => new(
            $"`alg` is one of {string.Join(", ", token.Issuer!.Algorithms)}",
            Shown.Text(token.Header.Algorithm),
            $"If the issuer is meant to sign with {Shown.Text(token.Header.Algorithm)}, add it to " +
                $"{IssuerSetting.PathOf(token.Issuer, "Algorithms")}."),
        TokenStep.Type => OfType(token),
        TokenStep.Claims => ClaimText.OfRegistered(token.Claims, reason),
        TokenStep.Times => ClaimText.OfTimes(token.Registered, token.Issuer!, now, reason),
        TokenStep.Audience => OfAudience(token.Claims, token.Issuer!, reason),
        TokenStep.RequiredClaims => ClaimText.OfRequired(token.Registered, token.Issuer!),
        _ => KeyText.OfKey(token, reason),
    };

    private CheckText OfIssuer(JsonElement claims, RejectionReason? reason)
    {
        var known = issuers.Issuers.Select(issuer => (issuer.Name, issuer.Issuer))
            .Concat(issuers.Templates.Select(template => (template.Name, template.Pattern)))
            .ToArray();
        var isOptional = issuers.Issuers.Any(issuer => issuer.AcceptWithoutIssuer);
        var expected = $"{(isOptional ? "no `iss`, or it" : "`iss`")} is exactly " +
            $"{(known.Length == 0 ? "that of an issuer; none is configured" : Shown.List(known.Select(issuer => issuer.Item2)))}";
        var found = Shown.Claim(claims, "iss");
        if (reason is not RejectionReason.UnknownIssuer)
        {
            return new(expected, found, reason == RejectionReason.KeysUnavailable
                ? "The issuer template has reached its limit of key rings: raise its Template:MaxRings, or wait until an idle ring is " +
                    "removed."
                : "Every access token names its issuer as text in `iss` (RFC 9068 section 2.2): this may be another kind of token.");
        }

        // UnknownIssuer is given only for an `iss` that is text. The gateway compares it exactly (RFC 7519 section 4.1.1); this search for
        // a near miss only finds a better cure.
        var iss = claims.GetProperty("iss").GetString()!;
        foreach (var (name, issuer) in known)
        {
            if (Bare(issuer) == Bare(iss))
            {
                return new(
                    expected, found,
                    $"It differs from issuer \"{name}\" only in upper and lower case, the scheme, or a slash at the end. If it is that " +
                        $"one, write {Shown.Quoted(iss)} in Gateway:Issuers:{name}:Issuer.");
            }
        }

        return new(
            expected, found,
            "Send a token of a configured issuer (is it of another environment?), or add this one under Gateway:Issuers if you trust it.");

        // Only for the comparison above; never to accept a token.
        static string Bare(string issuer) => (issuer.Split("://", 2) is [_, var rest] ? rest : issuer).TrimEnd('/').ToUpperInvariant();
    }

    /// <summary>
    /// The type: the header's <c>typ</c>, and claims that only other kinds of tokens have (RFC 8725 sections 3.11 and 3.12).
    /// </summary>
    private static CheckText OfType(scoped in TokenInspection token)
    {
        var issuer = token.Issuer!;
        var expected = $"`typ` is {string.Join(" or ", issuer.TokenTypes)}, and no claim marks another kind of token";
        var type = $"typ {Shown.Text(token.Header.Type)}{(token.Header.Type is null ? ", which counts as JWT" : "")}";
        if (TokenKind.FindMark(token.KnownClaims, token.Header.Type) is not { } mark)
        {
            return new(
                expected, type,
                $"Send an access token. If the issuer's access tokens have this type, add it to " +
                    $"{IssuerSetting.PathOf(issuer, "TokenTypes")}.");
        }

        return new(expected, $"{type}; {MarkText(mark, token.Claims)}", mark switch
        {
            ClaimName.AtHash or ClaimName.CHash or ClaimName.SHash or ClaimName.Ver =>
                "This is an ID token: the client must send the access token instead.",
            ClaimName.Nonce =>
                "This looks like an ID token: the client must send the access token instead. If it is an access token, have the issuer " +
                    "say so: "
                + "`typ` at+jwt in the header (RFC 9068) or `scope` as text.",
            _ => "Send the access token, not the ID, refresh or logout token.",
        });
    }

    private static string Or(IEnumerable<string> values) => Shown.List(values).Replace(", ", " or ", StringComparison.Ordinal);

    private static string ClientText(JsonElement claims) =>
        ClientClaims.Where(name => claims.TryGetProperty(name, out _))
            .Select(name => $"{name} {Shown.Claim(claims, name)}")
            .FirstOrDefault()
            ?? "not named";

    /// <summary>The claim that marks another kind of token, and why it does.</summary>
    private static string MarkText(ClaimName mark, JsonElement claims) => mark switch
    {
        ClaimName.Nonce => "the claim nonce, and nothing that says access token (typ at+jwt, scope, scp, or a claim such as typ Bearer)",
        ClaimName.Ver =>
            "tid, oid and ver as Microsoft Entra ID has them, without the client's id (azp or appid) that its access tokens have",
        ClaimName.AtHash or ClaimName.CHash or ClaimName.SHash or ClaimName.Events =>
            $"the claim {ClaimNames.TextOf(mark)}, which access tokens do not have",
        _ => $"the claim {ClaimNames.TextOf(mark)} {Shown.Claim(claims, ClaimNames.TextOf(mark))}",
    };

    /// <summary>The audience. The cure never offers to accept any audience: a token for another API must stay useless here.</summary>
    private static CheckText OfAudience(JsonElement claims, IssuerProfile issuer, RejectionReason? reason)
    {
        var expected = string.Join(", or ", new[]
        {
            issuer.Audiences.IsEmpty ? null : $"`aud` holds {Or(issuer.Audiences)}",
            issuer.ClientIds.IsEmpty ? null : $"there is no `aud` and the client is {Or(issuer.ClientIds)}",
            issuer.AcceptWithoutAudience ? "there is no `aud`" : null,
        }.OfType<string>());
        var client = issuer.ClientIds.IsEmpty ? "" : $"; client {ClientText(claims)}";
        if (issuer.Audiences.IsEmpty && reason is not null)
        {
            return new(expected, $"{Shown.Claim(claims, "aud")}{client}", issuer.ClientIds.IsEmpty
                ? $"If its audience stands for this API, list it in {IssuerSetting.PathOf(issuer, "Audiences")}."
                : $"If the client may call this API, add it to {IssuerSetting.PathOf(issuer, "ClientIds")}; if the token's audience " +
                    $"stands for this API, list that in {IssuerSetting.PathOf(issuer, "Audiences")}.");
        }

        var ask = issuer.Audiences.IsEmpty
            ? ""
            : $"Have the client ask the issuer for a token for {Shown.Quoted(issuer.Audiences[0])} (the resource or audience parameter, " +
                "or an audience mapper)";
        return new(expected, $"{Shown.Claim(claims, "aud")}{client}", reason switch
        {
            RejectionReason.WrongAudience =>
                $"{ask}. Only if the audience it has stands for this API, add that to {IssuerSetting.PathOf(issuer, "Audiences")}.",
            RejectionReason.MissingClaim =>
                $"{ask}: without an audience the token names no API that it was issued for. For an issuer whose tokens never have one, " +
                    $"list its clients in {IssuerSetting.PathOf(issuer, "ClientIds")}.",
            _ => "`aud` must be text or a list of texts that is not empty (RFC 7519 section 4.1.3): correct it at the issuer.",
        });
    }
}
