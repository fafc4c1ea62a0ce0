using Gateway.Foundation;
using Gateway.Runtime;
using Gateway.Settings;
using Gateway.Telemetry;

namespace Gateway.Configuration;

/// <summary>
/// Watches yarp.json and applies a changed configuration only if all of it is valid. Otherwise the configuration in effect stays unchanged,
/// and the error is logged once.
/// </summary>
internal sealed partial class ConfigurationFollower(
    ConfigurationReader reader, ConfigurationApplier applier, LiveGateway live, ConfigurationStatus status, GatewayMetrics metrics,
    TimeProvider time,
    ILogger<ConfigurationFollower> logger)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // A change that failed because an issuer's keys could not be loaded may succeed later without another change of the file.
    private static readonly TimeSpan TryAgainEvery = TimeSpan.FromSeconds(10);

    // The state of the loop, which one thread at a time runs: the content seen last, the error logged last, and when a change failed that
    // may succeed later.
    private string _seen = live.Current.Reading.Hash;
    private string? _reported;
    private bool _isUnreadable;
    private long? _lastTry;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // The file was read at the start, so the first look can wait.
            await time.NextAsync(LookEvery, stoppingToken);
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

        // Before the reading, so that an invalid file is checked once and not every second.
        _seen = file.Hash;
        _lastTry = null;
        // Kept, because ApplyAsync replaces it, and the log line compares the two.
        var before = live.Current.Reading;
        var reading = await reader.ReadAsync(file);
        if (await applier.ApplyAsync(reading, stopping) is { } failure)
        {
            _lastTry = failure.MayHeal ? time.GetTimestamp() : null;
            if (failure.Fault is not null)
            {
                NotApplied(logger, failure.Fault);
            }

            Fail([Error(failure.Path, failure.Problem, failure.Cure)]);
            return;
        }

        _reported = null;
        // Now this content is in effect, so an earlier failure is over.
        status.Saw(file.Hash);
        metrics.ConfigReloaded(true);
        var changes = ConfigurationChanges.Between(before, reading);
        Reloaded(logger, file.Hash[..12], changes.Summary);
        RiskCheck.Log(logger, reading.Warnings, before.Warnings);
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

    /// <summary>An error without a position in the file: it is about the change as a whole.</summary>
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

    [LoggerMessage(EventIds.ConfigurationReloaded, LogLevel.Information, "Applied configuration {Hash}: {Changes}.")]
    private static partial void Reloaded(ILogger logger, string hash, string changes);

    [LoggerMessage(
        EventIds.ConfigurationNotReloaded, LogLevel.Error,
        "The changed configuration is rejected; the last valid one stays in effect: {Errors}")]
    private static partial void NotReloaded(ILogger logger, string errors);

    [LoggerMessage(EventIds.RoutesNotApplied, LogLevel.Error, "YARP did not apply the changed configuration.")]
    private static partial void NotApplied(ILogger logger, Exception fault);

    [LoggerMessage(EventIds.ConfigurationNeedsRestart, LogLevel.Warning, "These changes take effect only after a restart: {Settings}.")]
    private static partial void RestartNeeded(ILogger logger, string settings);
}
