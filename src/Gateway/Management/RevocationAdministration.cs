using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gateway.Errors;
using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Revocation;
using Gateway.Telemetry;
using Gateway.Tokens;

namespace Gateway.Management;

/// <summary>
/// <c>POST /admin/revocations</c> revokes one name or many, <c>GET</c> lists them, <c>DELETE</c> takes one back, and <c>POST
/// /admin/revocations/token</c> revokes a whole token (RFC 7009). 200: the store has the entries, and they are in effect on this replica.
/// 202: the store has them, and this replica has not read them yet. 503: the store has not acknowledged them.
/// </summary>
internal sealed class RevocationAdministration(
    RevocationBody reader, RevocationWriter writer, RevocationQueries queries, SignedTokenReader tokens, LiveIssuers live,
    GatewayMetrics metrics,
    TimeProvider time)
{
    // Bytes: a list of 1000 revocations with ordinary values, and one token with its reason.
    private const int MaxBody = 1024 * 1024;
    private const int MaxTokenBody = 32 * 1024;
    private const string NotKept = "The store has not acknowledged the revocation. Try again; saying it twice does no harm.";

    private static readonly OAuthError TooLarge =
        new(StatusCodes.Status413PayloadTooLarge, OAuthError.InvalidRequest, "The body is too large.");

    public void Map(IEndpointRouteBuilder admin)
    {
        admin.MapGet("/revocations", (Delegate)queries.ListAsync);
        admin.MapPost("/revocations", (Delegate)RevokeAsync);
        admin.MapDelete("/revocations", (Delegate)RestoreAsync);
        admin.MapPost("/revocations/token", (Delegate)RevokeTokenAsync);
    }

    private async Task<IResult> RevokeAsync(HttpContext context)
    {
        if (!RequestBody.Is(context.Request, RequestBody.Json))
        {
            return WrongType("Send application/json.");
        }

        if (await RequestBody.ReadAsync(context.Request, MaxBody, context.RequestAborted) is not { } body)
        {
            return TooLarge;
        }

        if (!StrictJson.TryParse(body.Span, out var json))
        {
            return NotJson();
        }

        if (reader.TryRead(json, CallerOf(context), out var entries) is { } fault)
        {
            return OAuthError.Invalid(fault);
        }

        var list = entries.Select(RevocationDocument.Of).ToArray();
        return await AppendAsync("revoke", entries, new RevocationListDocument(list, null), RevocationJson.Readable.RevocationListDocument);
    }

    /// <summary>Writes an entry that ends the revocation. Nothing is deleted, so the log keeps who revoked and who restored.</summary>
    private async Task<IResult> RestoreAsync(HttpContext context)
    {
        if (AdminQuery.Unknown(context.Request.Query, "kind", "issuer", "value", "reason") is { } unknown)
        {
            return unknown;
        }

        var query = context.Request.Query;
        var fault =
            new RevocationRequest(query["kind"], query["issuer"], query["value"]).ReadName(live.Current, out var name, out var issuer)
            ?? RevocationRequest.CheckReason(query["reason"]);
        if (fault is not null)
        {
            return OAuthError.Invalid(fault);
        }

        var (found, failed) = await queries.FindAsync(name, context.RequestAborted);
        if (failed is not null)
        {
            return failed;
        }

        if (found is null)
        {
            return new OAuthError(
                StatusCodes.Status404NotFound, OAuthError.InvalidRequest, "Nothing is revoked by this kind, issuer and value.");
        }

        var restore =
            RevocationSpan.Restore(found, issuer!, time.GetUtcNow()) with { Reason = query["reason"], By = CallerOf(context), At = null };
        return await AppendAsync(
            "restore", [restore], new RevocationListDocument([RevocationDocument.Of(restore)], null),
            RevocationJson.Readable.RevocationListDocument);
    }

    /// <summary>
    /// Revokes a whole token that the caller presents. Its signature is verified first, because its <c>jti</c> and <c>iss</c> name what is
    /// revoked: a forged token could otherwise name another token.
    /// </summary>
    private async Task<IResult> RevokeTokenAsync(HttpContext context)
    {
        var isForm = RequestBody.Is(context.Request, RequestBody.Form);
        if (!isForm && !RequestBody.Is(context.Request, RequestBody.Json))
        {
            return WrongType("Send the token as a form (application/x-www-form-urlencoded) or as application/json.");
        }

        if (await RequestBody.ReadAsync(context.Request, MaxTokenBody, context.RequestAborted) is not { } body)
        {
            return TooLarge;
        }

        var fault = isForm ? ReadForm(body, out var text, out var reason) : ReadJson(body, out text, out reason);
        if (fault is not null)
        {
            return fault;
        }

        var result = await tokens.ReadAsync(text.AsMemory(), static (_, _, _) => null, context.RequestAborted);
        if (result.Reason == RejectionReason.KeysUnavailable)
        {
            return OAuthError.Unavailable("The keys of the token's issuer are not available now, so it cannot be verified.");
        }

        RegisteredClaims claims = default;
        var why = result.Reason;
        if (result.Token is not { } token || !RegisteredClaims.TryRead(KnownClaims.Of(token.Claims), out claims, out why))
        {
            // RFC 7009 section 2.2 has 200 for this. But an operator who pasted half a token must not believe that the whole one is
            // revoked.
            return OAuthError.Invalid($"This is no token that the gateway accepts ({Rejections.Of(why).Tag}), so nothing was revoked.");
        }

        var now = time.GetUtcNow();
        var expires = DateTimeOffset.UnixEpoch.AddSeconds(claims.ExpiresAt) + token.Issuer.ClockSkew;
        if (now >= expires)
        {
            return Json(
                new RevokedTokenDocument(false, Rejections.Of(RejectionReason.Expired).Tag, null),
                RevocationJson.Readable.RevokedTokenDocument);
        }

        // By jti if there is one: it stays the same if the token is encoded or encrypted in another way. Otherwise by the hash of this
        // text. One second more than the last at which the token is accepted, because the expiry is rounded down to seconds.
        var entry = new RevocationEntry(
            claims.TokenId is null ? RevocationKind.Token : RevocationKind.Jti,
            token.Issuer.Issuer,
            claims.TokenId ?? RevocationKeys.HashOf(text),
            expires.ToUnixTimeSeconds() + 1,
            Reason: reason,
            By: CallerOf(context));
        return await AppendAsync(
            "revoke_token", [entry], new RevokedTokenDocument(true, null, RevocationDocument.Of(entry)),
            RevocationJson.Readable.RevokedTokenDocument);
    }

    /// <summary>The form of RFC 7009 section 2.1, with <c>reason</c> in addition.</summary>
    private static OAuthError? ReadForm(ReadOnlyMemory<byte> body, out string text, out string? reason)
    {
        (text, reason) = ("", null);
        if (RequestBody.ReadForm(body) is not { } form)
        {
            return OAuthError.Invalid("A parameter occurs twice.");
        }

        // RFC 6749 section 3.2: what is not known is ignored, such as the client_id of an RFC 7009 library.
        reason = form.GetValueOrDefault("reason");
        return CheckToken(form.GetValueOrDefault("token"), ref text, reason);
    }

    /// <summary>The same as JSON. No standard has it, so unknown members are errors here: a misspelled name must not be ignored.</summary>
    private static OAuthError? ReadJson(ReadOnlyMemory<byte> body, out string text, out string? reason)
    {
        (text, reason) = ("", null);
        if (!StrictJson.TryParseObject(body.Span, out var json))
        {
            return NotJson();
        }

        string? token = null;
        foreach (var member in json.EnumerateObject())
        {
            if (member.Name is not ("token" or "token_type_hint" or "reason"))
            {
                return OAuthError.Invalid(
                    $"{member.Name[..Math.Min(member.Name.Length, 40)]}: this member is unknown; known are token, token_type_hint and " +
                        "reason.");
            }

            if (member.Value.ValueKind != JsonValueKind.String)
            {
                return OAuthError.Invalid($"{member.Name}: this must be text.");
            }

            token = member.Name == "token" ? member.Value.GetString() : token;
            reason = member.Name == "reason" ? member.Value.GetString() : reason;
        }

        return CheckToken(token, ref text, reason);
    }

    private static OAuthError? CheckToken(string? token, ref string text, string? reason)
    {
        text = token ?? "";
        return text.Length == 0 ? OAuthError.Invalid("token: this is required (RFC 7009 section 2.1).")
            : RevocationRequest.CheckReason(reason) is { } fault ? OAuthError.Invalid(fault)
            : null;
    }

    /// <summary>
    /// 200 when the entries are in effect on this replica, 202 when only the store has them so far, 503 when the store has not acknowledged
    /// them.
    /// </summary>
    private async Task<IResult> AppendAsync<T>(string action, IReadOnlyList<RevocationEntry> entries, T document, JsonTypeInfo<T> type)
    {
        var outcome = await writer.AppendAsync(entries);
        metrics.AdminWrote(action, outcome != RevocationOutcome.NotKept);
        return outcome switch
        {
            RevocationOutcome.NotKept => OAuthError.Unavailable(NotKept),
            RevocationOutcome.Kept => Json(document, type, StatusCodes.Status202Accepted),
            _ => Json(document, type),
        };
    }

    private static string CallerOf(HttpContext context) => AdminCaller.NameOf(context.User);

    private static OAuthError WrongType(string cure) => new(StatusCodes.Status415UnsupportedMediaType, OAuthError.InvalidRequest, cure);

    private static OAuthError NotJson() => OAuthError.Invalid("The body is not strict JSON in UTF-8, with no member twice.");

    private static IResult Json<T>(T document, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        Results.Json(document, type, statusCode: status);
}
