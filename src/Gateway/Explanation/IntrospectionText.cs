using Gateway.Issuers;
using Gateway.Issuers.Introspection;
using Gateway.Jose;
using Gateway.Tokens;
using Gateway.Tokens.Introspection;

namespace Gateway.Explanation;

/// <summary>An opaque token in words: its form, and what the issuer said about it.</summary>
internal static class IntrospectionText
{
    /// <summary>Whether the text may be sent to the issuer at all. What fails here costs the issuer no call.</summary>
    public static ExplainedCheck OfForm(ReadOnlySpan<char> text)
    {
        const string expected = "an opaque token: characters of a bearer token (RFC 6750 section 2.1), not of three or five parts that " +
            "begin with a JSON object";
        var found = $"{text.Length} characters";
        return OpaqueToken.CheckForm(text) is { } reason
            ? new ExplainedCheck(
                CheckName.Of(TokenStep.Form), CheckOutcome.Failed, expected, found, "Copy the token whole and alone.", reason)
            : new ExplainedCheck(CheckName.Of(TokenStep.Form), CheckOutcome.Passed, expected, found);
    }

    /// <summary>What the issuer said: active, not active, or nothing because it could not be asked.</summary>
    /// <param name="answer">Null when the issuer was not asked.</param>
    public static ExplainedCheck OfAnswer(IssuerProfile issuer, IntrospectionAnswer? answer)
    {
        var expected = $"issuer \"{issuer.Name}\" calls the token active (RFC 7662)";
        if (answer is null)
        {
            return new ExplainedCheck(
                CheckName.Introspection, CheckOutcome.NotChecked, expected,
                "not asked from here: POST /admin/explain of a running gateway asks");
        }

        return answer.Reason switch
        {
            null =>
                new ExplainedCheck(
                    CheckName.Introspection, CheckOutcome.Passed, expected, "it does; the checks that follow are those of its response"),
            RejectionReason.IntrospectionUnavailable => new ExplainedCheck(
                CheckName.Introspection, CheckOutcome.Failed, expected,
                $"not asked: {issuer.IntrospectionServer!.LastError ?? "too many calls are under way"}",
                $"Make the issuer's introspection endpoint reachable, and see {IssuerSetting.PathOf(issuer, "Introspection")}.",
                answer.Reason),
            RejectionReason.UnknownIssuer => new ExplainedCheck(
                CheckName.Introspection, CheckOutcome.Failed, expected, "active, but with another `iss`",
                $"Compare the `iss` of the response with {IssuerSetting.PathOf(issuer, "Issuer")}.", answer.Reason),
            RejectionReason.Inactive => new ExplainedCheck(
                CheckName.Introspection, CheckOutcome.Failed, expected, "not active",
                "Get a new token: this one has expired, was revoked, is of another issuer, or the issuer does not tell this client " +
                    "about it.",
                answer.Reason),
            // Rejected a moment ago for something in the response; only the reason was kept.
            _ => new ExplainedCheck(
                CheckName.Introspection, CheckOutcome.Failed, expected,
                $"rejected seconds ago as {Rejections.Of(answer.Reason.Value).Tag}; the issuer was not asked again",
                "Explain it again in a few seconds to see all checks.", answer.Reason),
        };
    }

    /// <summary>What a response says that it is about.</summary>
    public static CheckText OfType(scoped in TokenInspection token) => new(
        "`token_type` is Bearer or DPoP, or `aud` names an API, and no claim marks another kind of token",
        $"token_type {Shown.Claim(token.Claims, "token_type")}, aud {Shown.Claim(token.Claims, "aud")}",
        "Send an access token: issuers call refresh tokens active too. If it is one, have the issuer put `token_type` or `aud` into its " +
            "response.");
}
