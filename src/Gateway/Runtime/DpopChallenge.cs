using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Jose;
using Microsoft.Extensions.Primitives;

namespace Gateway.Runtime;

/// <summary>The <c>DPoP</c> challenge of a rejection (RFC 9449 section 7.1), in place of the <c>Bearer</c> one or beside it.</summary>
internal sealed class DpopChallenge(DpopSettings settings, TokenReader unnamed)
{
    private readonly string _challenge = $"DPoP algs=\"{string.Join(' ', settings.Algorithms.SelectMany(SignatureAlgorithms.NamesOf))}\"";

    /// <summary>
    /// Whether the client has used DPoP, has to use it, or may use it. The last is told only with a section <c>Gateway:Dpop</c>, so that
    /// without one nothing changes for the clients of bearer tokens.
    /// </summary>
    /// <param name="isBindingRequired">Whether the route accepts bound tokens only.</param>
    /// <param name="source">Reads the source of the token that is rejected; null for the token sources without a name.</param>
    public bool IsFor(HttpContext context, RejectionReason reason, bool isBindingRequired, TokenReader? source) =>
        (source ?? unnamed).AcceptsDpop
        && (settings.IsAdvertised
            || reason is RejectionReason.ProofMissing or RejectionReason.BadProof or RejectionReason.ProofNonce
            || isBindingRequired
            || (source ?? unnamed).IsDpop(context.Request.Headers));

    /// <summary>
    /// A client that used DPoP gets this scheme alone, with the error, because <c>Bearer</c> would be a downgrade. Other clients get both
    /// schemes, with the error at <c>Bearer</c>.
    /// </summary>
    /// <param name="error">Null for a request without a token.</param>
    /// <param name="wanted">Parameters that tell what to ask the issuer for; null for none. Each challenge has them.</param>
    /// <param name="source">As for <see cref="IsFor"/>.</param>
    public StringValues With(HttpContext context, string? error, string? wanted, TokenReader? source)
    {
        var parameters = string.Join(", ", new[] { error is null ? null : $"error=\"{error}\"", wanted }.OfType<string>());
        return (source ?? unnamed).IsDpop(context.Request.Headers)
            ? Join(_challenge, parameters)
            : new StringValues([$"Bearer {parameters}".TrimEnd(), Join(_challenge, wanted ?? "")]);
    }

    private static string Join(string challenge, string parameters) => parameters.Length == 0 ? challenge : $"{challenge}, {parameters}";
}
