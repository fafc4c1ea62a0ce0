using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Revocation;
using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;
using Gateway.Settings;
using Gateway.Telemetry;

namespace Gateway.Configuration;

/// <summary>
/// Watches yarp.json and applies a changed configuration only if all of it is valid. Otherwise the configuration in effect stays unchanged,
/// and the error is logged once.
/// </summary>
internal sealed partial class ConfigurationFollower(
    ConfigurationReader reader, ConfigurationFile first, LiveGateway live, GatewaySnapshots snapshots, LiveProxyConfig proxy, LiveIssuers issuers,
    RevocationList revocations, KeyLoader keys, LiveLogging logging, ConfigurationStatus status, GatewayMetrics metrics, TimeProvider time,
    ILogger<ConfigurationFollower> logger)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // A change that failed because an issuer's keys could not be loaded may succeed later without another change of the file.
    private static readonly TimeSpan TryAgainEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeyPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LimitPatience = TimeSpan.FromMinutes(1);

    private readonly ConfigurationReading _start = live.Current.Reading;
    private string _seen = first.Hash;
    private string? _reported;
    private bool _isUnreadable;
    private long? _lastTry;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ConfigurationInForce(first.Hash, time.GetUtcNow());
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(LookEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (ConfigurationException fault)
            {
                // A file that yarp.json names may be mounted a moment later than yarp.json itself.
                _lastTry = time.GetTimestamp();
                Fail(fault.Errors);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // After any fault, the configuration in effect stays in effect.
                Fail([Error("", fault.Message, "If this goes on, please report it.")]);
            }
        }
    }

    /// <summary>Checks the file once. Not thread-safe.</summary>
    public async Task LookAsync(CancellationToken stopping)
    {
        var file = Read();
        status.Saw(file.Hash);
        if (file.Hash == _seen && !(_lastTry is { } last && time.GetElapsedTime(last) >= TryAgainEvery))
        {
            return;
        }

        if (file.Hash != _seen)
        {
            // The changed file may have another mistake with the same text, which must be reported again.
            _reported = null;
        }

        _seen = file.Hash;
        _lastTry = null;
        var current = live.Current;
        var reading = await reader.ReadAsync(file.Parse(), current.Settings);
        if (await MissingKeysAsync(current.Settings.Issuers, reading.Settings.Issuers, stopping) is { } missing)
        {
            _lastTry = time.GetTimestamp();
            Fail([missing]);
            return;
        }

        var next = snapshots.Create(reading, current);
        live.Announce(next);
        if (await proxy.ApplyAsync(next) is { } fault)
        {
            live.Withdraw();
            NotApplied(logger, fault);
            Fail([Error(SettingSchema.ReverseProxy, "YARP cannot apply it.", "Restart with it, and report this: the check of the configuration should have found it.")]);
            return;
        }

        live.Swap(next);
        _ = ForgetLaterAsync(current.Settings.RateLimits.Values.Except(reading.Settings.RateLimits.Values).ToArray(), stopping);
        issuers.Swap(reading.Settings.Issuers);
        revocations.MaxStaleness = reading.Settings.Revocation.MaxStaleness;
        _reported = null;
        status.Took(file.Hash, ConfigurationChanges.Between(_start, reading).NeedRestart);
        metrics.ConfigurationInForce(file.Hash, time.GetUtcNow());
        metrics.ConfigReloaded(true);
        logging.Swap(reading.Configuration);
        var changes = ConfigurationChanges.Between(current.Reading, reading);
        Reloaded(logger, file.Hash[..12], changes.Summary);
        RiskCheck.Log(logger, reading.Warnings, current.Reading.Warnings);
        if (changes.NeedRestart.Count > 0)
        {
            RestartNeeded(logger, string.Join(", ", changes.NeedRestart));
        }
    }

    private ConfigurationFile Read()
    {
        ConfigurationFile file;
        try
        {
            file = ConfigurationFile.Read(reader.File);
        }
        catch (ConfigurationException)
        {
            _isUnreadable = true;
            throw;
        }

        if (_isUnreadable)
        {
            // The file is readable again; if it becomes unreadable once more, that is reported again.
            (_isUnreadable, _reported) = (false, null);
        }

        return file;
    }

    /// <summary>Disposes removed limits later, because requests that are being routed may still use them.</summary>
    private async Task ForgetLaterAsync(RateLimit[] limits, CancellationToken stopping)
    {
        if (limits.Length == 0)
        {
            return;
        }

        await Task.Delay(LimitPatience, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var limit in limits)
        {
            limit.Dispose();
        }
    }

    /// <summary>
    /// An issuer that has keys must not lose them through a typing error: the change is applied only after its new source has delivered
    /// keys.
    /// </summary>
    private async Task<ConfigurationError?> MissingKeysAsync(IssuerDirectory current, IssuerDirectory next, CancellationToken stopping)
    {
        var changed = next.Issuers.Where(issuer => issuer.Keys.Current.IsEmpty
            && current.Issuers.Any(known => known.Name == issuer.Name && !known.Keys.Current.IsEmpty)).ToArray();
        Task loads = Task.WhenAll(changed.Select(issuer => keys.LoadAsync(issuer.Keys)));
        await loads.WaitAsync(KeyPatience, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.ThrowIfCancellationRequested();
        return changed.FirstOrDefault(issuer => issuer.Keys.Current.IsEmpty) is { } missing
            ? Error(
                $"Gateway:Issuers:{missing.Name}:Keys", $"no keys can be loaded from there ({missing.Keys.State.Error ?? "no answer yet"}).",
                "Correct the source, or wait until it answers.")
            : null;
    }

    private ConfigurationError Error(string path, string problem, string cure) => new(Path.GetFileName(reader.File), path, problem, cure);

    /// <summary>Counts and logs an error once while it stays the same.</summary>
    private void Fail(IReadOnlyList<ConfigurationError> all)
    {
        var errors = string.Join(Environment.NewLine, all);
        if (_reported == errors)
        {
            return;
        }

        _reported = errors;
        status.Rejected(all);
        metrics.ConfigReloaded(false);
        NotReloaded(logger, errors);
    }

    [LoggerMessage(EventIds.ConfigurationReloaded, LogLevel.Information, "Took the changed configuration {Hash} into force: {Changes}.")]
    private static partial void Reloaded(ILogger logger, string hash, string changes);

    [LoggerMessage(EventIds.ConfigurationNotReloaded, LogLevel.Error, "The changed configuration is not used, the last good one stays in force: {Errors}")]
    private static partial void NotReloaded(ILogger logger, string errors);

    [LoggerMessage(EventIds.RoutesNotApplied, LogLevel.Error, "YARP did not apply the changed configuration.")]
    private static partial void NotApplied(ILogger logger, Exception fault);

    [LoggerMessage(EventIds.ConfigurationNeedsRestart, LogLevel.Warning, "These changes take effect at the next start only: {Settings}.")]
    private static partial void RestartNeeded(ILogger logger, string settings);
}
