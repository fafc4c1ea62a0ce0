using System.Buffers.Text;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Tokens;

namespace Gateway.Explanation;

/// <summary>What a token is bound to, in words. An explanation has the token and no request, so the proof is never checked here.</summary>
internal static class BindingText
{
    private const string NotBound = "not bound: a bearer token";

    /// <summary>
    /// What each request with the token has to prove. Never a failure: without a request there is no proof that could be wrong.
    /// </summary>
    public static ExplainedCheck Of(AccessToken? token)
    {
        const string Expected = "a proof with each request, if the token is bound to a key (DPoP) or client certificate";
        return token is null ? ExplainedCheck.OfUnreadToken(CheckName.Binding, Expected)
            : token.Binding is { } binding ? new ExplainedCheck(
                CheckName.Binding, CheckOutcome.NotChecked, Expected,
                $"{Describe(binding)}; the proof comes with a request, and an explanation has none")
            : new ExplainedCheck(CheckName.Binding, CheckOutcome.Passed, Expected, NotBound);
    }

    /// <summary>What a policy with <c>SenderConstraint</c> <c>Required</c> asks of the token itself.</summary>
    public static ExplainedCheck OfRequired(AccessToken? token, RoutePolicy policy)
    {
        const string Expected = "a token that is bound to a key (DPoP) or client certificate";
        return token is null ? ExplainedCheck.OfUnreadToken(CheckName.PolicyBinding, Expected)
            : token.Binding is { } binding ? new ExplainedCheck(CheckName.PolicyBinding, CheckOutcome.Passed, Expected, Describe(binding))
            : new ExplainedCheck(
                CheckName.PolicyBinding, CheckOutcome.Failed, Expected, NotBound,
                $"Have the client get a DPoP-bound or certificate-bound token, or set Gateway:Policies:{policy.Name}:SenderConstraint " +
                    "to IfBound.",
                RejectionReason.ProofMissing);
    }

    // A token may be bound to both; then each request has to prove both.
    private static string Describe(TokenBinding binding) => string.Join(
        " and ",
        new[]
        {
            binding.Key is { } key ? $"bound to the DPoP key with the thumbprint {Base64Url.EncodeToString(key)}" : null,
            binding.Certificate is { } certificate
                ? $"bound to the client certificate with the SHA-256 {Base64Url.EncodeToString(certificate)}"
                : null,
        }.OfType<string>());
}
