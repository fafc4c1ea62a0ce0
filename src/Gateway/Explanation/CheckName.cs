using Gateway.Tokens;

namespace Gateway.Explanation;

/// <summary>
/// What the checks are called in an explanation, in the order of the request path. The names are part of the JSON of an explanation, and
/// <see cref="TokenExplanation.Summary"/> and <see cref="TokenExplainer.Conclude"/> find checks by them.
/// </summary>
internal static class CheckName
{
    public const string Decryption = "decryption";
    public const string DecryptionIssuer = "decryption issuer";
    public const string Introspection = "introspection";
    public const string Signature = "signature";
    public const string Identity = "identity";
    public const string Assertion = "assertion";
    public const string Revocation = "revocation";
    public const string StatusList = "status list";
    public const string RevocationKeys = "revocation keys";
    public const string Binding = "binding";
    public const string PolicyBinding = "policy binding";
    public const string Exchange = "exchange";
    public const string PolicyToken = "policy token";
    public const string DifferentTokens = "different tokens";
    public const string Caller = "caller";
    public const string PolicyIssuer = "policy issuer";
    public const string PolicyScopes = "policy scopes";
    public const string PolicyStepUp = "policy step-up";
    public const string PolicyParts = "policy parts";

    /// <summary>
    /// Whether it is the check of a policy's rule: its name begins with <c>policy </c>, but not with <c>policy token</c>, which says
    /// whether there is a valid token.
    /// </summary>
    public static bool IsOfRule(string check) =>
        check.StartsWith("policy ", StringComparison.Ordinal) && !check.StartsWith(PolicyToken, StringComparison.Ordinal);

    /// <summary>The name of a step of <see cref="AccessTokenValidator"/>.</summary>
    public static string Of(TokenStep step) => step switch
    {
        TokenStep.Form => "form",
        TokenStep.Header => "header",
        TokenStep.Payload => "payload",
        TokenStep.Algorithm => "algorithm",
        TokenStep.Issuer => "issuer",
        TokenStep.IssuerAlgorithm => "issuer's algorithms",
        TokenStep.Type => "type",
        TokenStep.Claims => "claims",
        TokenStep.Times => "times",
        TokenStep.Audience => "audience",
        TokenStep.RequiredClaims => "required claims",
        _ => "key",
    };
}
