using System.Text;
using System.Text.Json;
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
internal sealed class ExplainAdministration(LiveGateway live, KeySearch keys, Introspector introspector, RevocationList revocations, TimeProvider time, LookupSettings? lookup = null)
{
    private const int MaxBody = 64 * 1024;

    public void Map(IEndpointRouteBuilder admin) => admin.MapPost("/explain", (Delegate)RespondAsync).WithMetadata(ReadsOnly.Instance);

    private async Task<IResult> RespondAsync(HttpContext context)
    {
        var isForm = RequestBody.Is(context.Request, RequestBody.Form);
        if (!isForm && !RequestBody.Is(context.Request, RequestBody.Json))
        {
            return new OAuthError(
                StatusCodes.Status415UnsupportedMediaType, OAuthError.InvalidRequest, "Send token and route as a form (application/x-www-form-urlencoded) or as application/json.");
        }

        if (await RequestBody.ReadAsync(context.Request, MaxBody, context.RequestAborted) is not { } body)
        {
            return new OAuthError(StatusCodes.Status413PayloadTooLarge, OAuthError.InvalidRequest, "The body is too large.");
        }

        if (TryRead(body, isForm, out var token, out var name) is { } fault)
        {
            return OAuthError.Invalid(fault);
        }

        var result = await ExplainAsync(token!, name, context.RequestAborted);
        return result.Explanation is { } explanation
            ? Results.Json(ExplanationDocument.Of(explanation), ExplanationJson.Readable.ExplanationDocument)
            : OAuthError.Invalid(result.Fault!);
    }

    /// <param name="name">The id of a route; null for any route that takes every valid token.</param>
    public async Task<ExplainResult> ExplainAsync(string token, string? name, CancellationToken cancellationToken)
    {
        var snapshot = live.Current;
        if (!RouteChoice.TryFind(snapshot.Reading, name, out var route, out var policy, out var fault))
        {
            return new ExplainResult(null, fault);
        }

        await FindKeyAsync(snapshot.Issuers, token.AsMemory(), cancellationToken);
        var answer = policy.IsAnonymous ? null : await AskAsync(snapshot.Issuers, token.AsMemory(), cancellationToken);
        var explanation = new TokenExplainer(snapshot.Issuers, snapshot.Settings.Identity, time)
            .Explain(token, route, policy, new RevocationAnswers(revocations.Check, "the list in memory", lookup), answer);
        explanation = explanation with { Settings = RouteFacts.Of(snapshot.Reading, route, policy) };
        if (ExchangeExplainer.Of(snapshot.Reading, route) is { } exchange)
        {
            var known = snapshot.Exchanges[exchange.Name].Find(VerifiedToken.FingerprintOf(Encoding.UTF8.GetBytes(token)));
            explanation = ExchangeExplainer.With(explanation, exchange, known);
        }

        return new ExplainResult(explanation, null);
    }

    /// <summary>Asks the issuer about an opaque token as a request would, and no more often.</summary>
    private async Task<IntrospectionAnswer?> AskAsync(IssuerDirectory issuers, ReadOnlyMemory<char> token, CancellationToken cancellationToken) =>
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

    private static string? TryRead(ReadOnlyMemory<byte> body, bool isForm, out string? token, out string? route)
    {
        (token, route) = (null, null);
        Dictionary<string, string>? members;
        if (isForm)
        {
            members = RequestBody.ReadForm(body);
            if (members is null)
            {
                return "A parameter occurs twice.";
            }
        }
        else
        {
            if (!StrictJson.TryParseObject(body.Span, out var json))
            {
                return "The body is not strict JSON in UTF-8, with no member twice.";
            }

            if (json.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.String).Select(member => member.Name).FirstOrDefault() is { } wrong)
            {
                return $"{Shown.Text(wrong)}: this must be text.";
            }

            members = json.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!);
        }

        if (members.Keys.FirstOrDefault(name => name is not ("token" or "route")) is { } unknown)
        {
            return $"{Shown.Text(unknown)}: this is unknown; known are token and route.";
        }

        route = members.GetValueOrDefault("route");
        token = members.GetValueOrDefault("token");
        return string.IsNullOrEmpty(token) ? "token: this is required." : null;
    }
}
