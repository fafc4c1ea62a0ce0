using System.Text;
using Gateway.Authentication;
using Gateway.Errors;
using Gateway.Explanation;
using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Issuers.Introspection;
using Gateway.Jose.Encryption;
using Gateway.Revocation;
using Gateway.Runtime;
using Gateway.Tokens;
using Gateway.Tokens.Decryption;
using Gateway.Tokens.Introspection;

namespace Gateway.Management;

/// <summary>The explanation, or why there is none.</summary>
internal sealed record ExplainResult(TokenExplanation? Explanation, string? Fault);

/// <summary>
/// <c>POST /admin/explain</c>: every check of a token on a route, with the configuration, keys and revocations in effect. 200 whatever the
/// verdict. The token is neither kept nor logged.
/// </summary>
internal sealed class ExplainAdministration(
    LiveGateway live, KeySearch keys, Introspector introspector, RevocationList revocations, TimeProvider time,
    LookupSettings? lookup = null)
{
    // Bytes. Several tokens of the longest accepted length fit.
    private const int MaxBody = 64 * 1024;

    // POST, because a token in a URL would be kept in logs. It changes nothing, so it also works while the revocation list is stale.
    public void Map(IEndpointRouteBuilder admin) => admin.MapPost("/explain", (Delegate)RespondAsync).WithMetadata(ReadsOnly.Instance);

    private async Task<IResult> RespondAsync(HttpContext context)
    {
        var isForm = RequestBody.Is(context.Request, RequestBody.Form);
        if (!isForm && !RequestBody.Is(context.Request, RequestBody.Json))
        {
            return new OAuthError(
                StatusCodes.Status415UnsupportedMediaType, OAuthError.InvalidRequest,
                "Send token and route as a form (application/x-www-form-urlencoded) or as application/json.");
        }

        if (await RequestBody.ReadAsync(context.Request, MaxBody, context.RequestAborted) is not { } body)
        {
            return new OAuthError(StatusCodes.Status413PayloadTooLarge, OAuthError.InvalidRequest, "The body is too large.");
        }

        if (ExplainQuestion.TryRead(body, isForm, out var question) is { } fault)
        {
            return OAuthError.Invalid(fault);
        }

        var result = await ExplainAsync(question!.Tokens, question.Route, context.RequestAborted);
        return result.Explanation is { } explanation
            ? Results.Json(ExplanationDocument.Of(explanation), ExplanationJson.Readable.ExplanationDocument)
            : OAuthError.Invalid(result.Fault!);
    }

    /// <param name="name">The id of a route; null for any route that takes every valid token.</param>
    public Task<ExplainResult> ExplainAsync(string token, string? name, CancellationToken cancellationToken) =>
        ExplainAsync([new GivenToken(null, token)], name, cancellationToken);

    /// <summary>
    /// Prepares what a request would have (keys, the issuer's response about an opaque token), then explains. It uses one snapshot to the
    /// end, so that a reload cannot mix two configurations.
    /// </summary>
    private async Task<ExplainResult> ExplainAsync(IReadOnlyList<GivenToken> tokens, string? name, CancellationToken cancellationToken)
    {
        var snapshot = live.Current;
        if (!RouteChoice.TryFind(snapshot.Reading, name, out var route, out var policy, out var fault)
            || (fault = SourcesExplainer.FaultOf(policy, tokens, ExplainQuestion.SourcePrefix)) is not null)
        {
            return new ExplainResult(null, fault);
        }

        var given = new List<GivenToken>();
        foreach (var token in tokens)
        {
            await FindKeyAsync(snapshot.Issuers, token.Text.AsMemory(), cancellationToken);
            var answer = policy.IsAnonymous ? null : await AskAsync(snapshot.Issuers, token.Text.AsMemory(), cancellationToken);
            given.Add(token with { Answer = answer });
        }

        var explainer = new TokenExplainer(snapshot.Issuers, snapshot.Settings.Identity, time);
        var explanation = new SourcesExplainer(explainer, time)
            .Explain(given, route, policy, new RevocationAnswers(revocations.Check, "the list in memory", lookup));
        explanation = explanation with { Settings = RouteFacts.Of(snapshot.Reading, route, policy) };
        if (ExchangeExplainer.Of(snapshot.Reading, route) is { } exchange)
        {
            // Of several tokens, requests exchange the one that the identity comes from.
            var known = tokens is [var only]
                ? snapshot.Exchanges[exchange.Name].Find(VerifiedToken.FingerprintOf(Encoding.UTF8.GetBytes(only.Text)))
                : null;
            explanation = ExchangeExplainer.With(explanation, exchange, known);
        }

        return new ExplainResult(explanation, null);
    }

    /// <summary>Asks the issuer about an opaque token as a request would, and no more often.</summary>
    private async Task<IntrospectionAnswer?> AskAsync(
        IssuerDirectory issuers, ReadOnlyMemory<char> token, CancellationToken cancellationToken) =>
        issuers.Introspecting is { } issuer && OpaqueToken.Is(token.Span) && OpaqueToken.CheckForm(token.Span) is null
            ? await introspector.AskAsync(issuer.IntrospectionServer!, issuer, token, false, cancellationToken)
            : null;

    /// <summary>Looks for a new key as a request would, and no more often.</summary>
    private async Task FindKeyAsync(IssuerDirectory issuers, ReadOnlyMemory<char> token, CancellationToken cancellationToken)
    {
        if (!issuers.Decryptions.IsEmpty && EncryptedToken.Is(token.Span))
        {
            token = (await TokenDecryption.DecryptAsync(token, issuers, cancellationToken)).Signed;
        }

        if (new AccessTokenValidator(issuers, time).Inspect(token.Span, out _) is { Wanted: { } wanted, Issuer: { } issuer })
        {
            await keys.FindAsync(issuer.Keys, wanted, cancellationToken);
        }
    }
}
