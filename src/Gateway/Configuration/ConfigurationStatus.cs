using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>A change of the file that did not take effect.</summary>
/// <param name="IsPending">True when the file is still the one that was rejected.</param>
internal sealed record ConfigurationFailure(DateTimeOffset At, IReadOnlyList<ConfigurationError> Errors, bool IsPending);

/// <summary>Which content of the file is in effect since when, and what became of its changes. Immutable.</summary>
/// <param name="AwaitingRestart">Settings that have changed since the start and are read there only.</param>
internal sealed record ConfigurationState(
    string Hash, DateTimeOffset Since, IReadOnlyList<string> AwaitingRestart, ConfigurationFailure? LastFailure);

/// <summary>The state of the moment, for people.</summary>
internal sealed class ConfigurationStatus(ConfigurationReader reader, LiveGateway live, TimeProvider time)
{
    // Of the start and not of the last change: a setting that is read at the start stays as it was there, however often the file changes.
    private readonly ConfigurationReading _start = live.Current.Reading;
    // Written by the follower alone, read by requests to /admin. The object is immutable, so a reader sees all of one failure.
    private volatile ConfigurationFailure? _lastFailure;

    public string File => reader.File;

    public ConfigurationState Current
    {
        get
        {
            var reading = live.Current.Reading;
            return new ConfigurationState(
                reading.Hash, live.Since, ConfigurationChanges.Between(_start, reading).NeedRestart, _lastFailure);
        }
    }

    /// <summary>What the file says now: when that is what is in effect, no change is rejected any more.</summary>
    public void Saw(string hash)
    {
        if (_lastFailure is { IsPending: true } failure && live.Current.Reading.Hash == hash)
        {
            _lastFailure = failure with { IsPending = false };
        }
    }

    /// <summary>Records a change that did not take effect. The configuration in effect is not touched.</summary>
    public void Rejected(IReadOnlyList<ConfigurationError> errors) =>
        _lastFailure = new ConfigurationFailure(time.GetUtcNow(), errors, IsPending: true);
}
