using System.Text;
using Gateway.Foundation;
using Gateway.Telemetry;

namespace Gateway.Issuers.StatusLists;

/// <summary>
/// Loads status lists. One load runs at a time for a list, and all callers wait for that one. A load that fails leaves the list as it is.
/// </summary>
internal sealed partial class StatusListLoader(KeySearch keys, TimeProvider time, GatewayMetrics metrics, ILogger<StatusListLoader> logger)
{
    private const string JwtType = "statuslist+jwt";

    private static readonly TimeSpan DefaultLife = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>For the first token that names a list: waits until it is loaded, unless that has just failed.</summary>
    public async ValueTask EnsureAsync(IssuerProfile issuer, StatusList list, CancellationToken cancellationToken)
    {
        if (list.Current is not null || list.Times.DueAt > time.GetUtcNow())
        {
            return;
        }

        try
        {
            await LoadAsync(issuer, list).WaitAsync(LongestWait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The list stays unavailable for this request; the load goes on.
        }
    }

    public Task LoadAsync(IssuerProfile issuer, StatusList list) => list.Load(() => LoadOnceAsync(issuer, list));

    private async Task LoadOnceAsync(IssuerProfile issuer, StatusList list)
    {
        string? error;
        StatusListToken? token = null;
        var wasFailing = list.LastError is not null;
        try
        {
            (token, error) = await issuer.StatusLists!.LoadAsync(() => FetchAsync(issuer, list));
            if (token is not null && issuer.StatusLists!.Put(list, token, TimesOf(token, issuer, time.GetUtcNow())) is { } problem)
            {
                (token, error) = (null, problem);
            }
        }
#pragma warning disable CA1031 // A list answers with values; should something throw after all, the list must stay loadable.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            (token, error) = (null, $"it failed in an unforeseen way: {fault.GetType().Name}");
        }

        if (token is null)
        {
            list.MarkFailed(error, time.GetUtcNow(), RetryAfter);
            if (!wasFailing)
            {
                NotLoaded(logger, issuer.Name, KeyDocumentClient.NameOf(list.Address), error!);
            }
        }
        else if (wasFailing)
        {
            Loaded(logger, issuer.Name, KeyDocumentClient.NameOf(list.Address), token.Statuses.Count);
        }

        metrics.StatusListRefreshed(issuer.Name, token is not null);
    }

    private async Task<(StatusListToken? Token, string? Error)> FetchAsync(IssuerProfile issuer, StatusList list)
    {
        var set = issuer.StatusLists!;
        var (document, _) = await set.Client.GetAsync(list.Address, null, CancellationToken.None);
        if (document.Content is not { } content)
        {
            return (null, document.Error);
        }

        var text = Encoding.ASCII.GetString(content).Trim();
        var (claims, error) =
            await IssuerStatement.ReadAsync(text, JwtType, issuer, keys, StatusListSet.MaxDocument, CancellationToken.None);
        if (claims is null
            || StatusListToken.Read(
                claims.Value, set.Settings.Issuer, list.Name, time.GetUtcNow(), issuer.ClockSkew, out error) is not { } token)
        {
            return (null, error);
        }

        return (token, null);
    }

    private static TimeSpan RetryAfter(int failures)
    {
        var retry = FirstRetry * (1 << Math.Min(failures, 4));
        return retry < LongestRetry ? retry : LongestRetry;
    }

    private static StatusListTimes TimesOf(StatusListToken token, IssuerProfile issuer, DateTimeOffset now)
    {
        var maxStale = issuer.StatusLists!.Settings.MaxStale;
        var expiresAt = now + maxStale;
        // A list must be confirmed well before it is too old.
        var life = TimeSpan.FromTicks(Math.Clamp((token.Lifetime ?? DefaultLife).Ticks, ShortestLife.Ticks, maxStale.Ticks / 2));
        if (token.ExpiresAt + issuer.ClockSkew is { } end && end < expiresAt)
        {
            expiresAt = end;
            life = end - now < life ? end - now - TimeSpan.FromSeconds(1) : life;
        }

        return new StatusListTimes(UsedAt: null, LoadedAt: now, DueAt: now + life, ExpiresAt: expiresAt);
    }

    [LoggerMessage(
        EventIds.StatusListLoaded, LogLevel.Information,
        "Issuer {Issuer}: loaded the status list {Address} again; it has {Count} statuses.")]
    private static partial void Loaded(ILogger logger, string issuer, string address, long count);

    [LoggerMessage(
        EventIds.StatusListNotLoaded, LogLevel.Warning,
        "Issuer {Issuer}: cannot load the status list {Address}: {Error}. The list loaded before stays in use until it is too old.")]
    private static partial void NotLoaded(ILogger logger, string issuer, string address, string error);
}
