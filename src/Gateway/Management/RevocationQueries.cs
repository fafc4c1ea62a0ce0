using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Gateway.Errors;
using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Revocation;

namespace Gateway.Management;

/// <summary>
/// What is revoked, read from the log: a page of <c>GET /admin/revocations</c>, or one name. A long log takes seconds to read, so one
/// question runs at a time, each has a deadline, and none takes more memory than its page.
/// </summary>
internal sealed class RevocationQueries(RevocationHistory history, LiveIssuers live, TimeProvider time) : IDisposable
{
    // Entries of a page.
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    // One replay of the log at a time. Waiting counts toward the deadline, so calls cannot pile up.
    private readonly SemaphoreSlim _one = new(1);

    public async Task<IResult> ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (AdminQuery.Unknown(query, "kind", "issuer", "value", "prefix", "limit", "cursor") is { } unknown)
        {
            return unknown;
        }

        RevocationKind? kind = null;
        if ((string?)query["kind"] is { } name)
        {
            if (!RevocationNames.TryParse(name, out RevocationKind known))
            {
                return OAuthError.Invalid($"kind: write one of {string.Join(", ", RevocationNames.Kinds)}.");
            }

            kind = known;
        }

        var limit = DefaultLimit;
        if ((string?)query["limit"] is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
        {
            return OAuthError.Invalid($"limit: this is 1 to {MaxLimit}.");
        }

        RevocationName? after = null;
        if ((string?)query["cursor"] is { } cursor && (after = ReadCursor(cursor)) is null)
        {
            return OAuthError.Invalid("cursor: send the next of the page before, as it came.");
        }

        // An issuer that is no longer configured may still have entries.
        var issuer = (string?)query["issuer"] is { } given ? live.Current.Named(given)?.Issuer ?? given : null;
        var filter = new RevocationFilter(kind, issuer, query["value"], query["prefix"]);
        var (page, failed) = await AskAsync(cancellation => history.ListAsync(filter, after, limit, cancellation), context.RequestAborted);
        return failed is not null
            ? failed
            : Results.Json(
                new RevocationListDocument(
                    [.. page!.Entries.Select(RevocationDocument.Of)], page.Next is { } next ? WriteCursor(next) : null),
                RevocationJson.Readable.RevocationListDocument);
    }

    /// <summary>What is revoked by the name, or the error when the log cannot be read.</summary>
    public Task<(RevocationEntry? Found, OAuthError? Failed)> FindAsync(RevocationName name, CancellationToken cancellationToken) =>
        AskAsync(cancellation => history.FindAsync(name, cancellation), cancellationToken);

    public void Dispose() => _one.Dispose();

    /// <summary>
    /// Asks one question within the deadline. A call that its own client has cancelled ends with the exception, because that client gets no
    /// response.
    /// </summary>
    private async Task<(T? Answer, OAuthError? Failed)> AskAsync<T>(
        Func<CancellationToken, Task<T>> question, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var entered = false;
        try
        {
            await _one.WaitAsync(either.Token);
            entered = true;
            return (await question(either.Token), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (
                default,
                OAuthError.Unavailable("The revocation log could not be read in time; `gateway revocations list` has no such limit."));
        }
#pragma warning disable CA1031 // A store may fail in any way; every fault means the same here.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return (default, OAuthError.Unavailable("The revocation log cannot be read now."));
        }
        finally
        {
            if (entered)
            {
                _one.Release();
            }
        }
    }

    /// <summary>
    /// The last name of the page. The server keeps no state between pages, and names that come later do not shift the next page.
    /// </summary>
    private static string WriteCursor(RevocationName name) => Base64Url.EncodeToString(
        JsonSerializer.SerializeToUtf8Bytes([RevocationNames.Of(name.Kind), name.Issuer, name.Value], AdminJson.Default.StringArray));

    /// <summary>
    /// Null for text that is no cursor. Callers can write one themselves; it selects where the page starts and grants nothing.
    /// </summary>
    private static RevocationName? ReadCursor(string cursor)
    {
        if (!Base64Url.IsValid(cursor)
            || !StrictJson.TryParse(Base64Url.DecodeFromChars(cursor), out var json)
            || json.ValueKind != JsonValueKind.Array
            || json.EnumerateArray().Any(part => part.ValueKind != JsonValueKind.String)
            || json.EnumerateArray().Select(part => part.GetString()!).ToArray() is not [var kindName, var issuer, var value]
            || !RevocationNames.TryParse(kindName, out RevocationKind kind))
        {
            return null;
        }

        return new RevocationName(kind, issuer, value);
    }
}
