using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>A change of the file that did not take effect.</summary>
/// <param name="IsPending">Whether the file is still the one that was rejected.</param>
internal sealed record ConfigurationFailure(DateTimeOffset At, IReadOnlyList<ConfigurationError> Errors, bool IsPending);

/// <summary>Which content of the file is in force since when, and what became of its changes. Immutable.</summary>
/// <param name="AwaitingRestart">Settings that have changed since the start and are read there only.</param>
internal sealed record ConfigurationState(string Hash, DateTimeOffset Since, IReadOnlyList<string> AwaitingRestart, ConfigurationFailure? LastFailure);

/// <summary>The state of the moment, for people; swapped whole by <see cref="ConfigurationFollower"/>.</summary>
internal sealed class ConfigurationStatus(ConfigurationReader reader, ConfigurationFile first, TimeProvider time)
{
    private volatile ConfigurationState _current = new(first.Hash, time.GetUtcNow(), [], null);

    public string File => reader.File;

    public ConfigurationState Current => _current;

    public void Took(string hash, IReadOnlyList<string> awaitingRestart) => _current = new ConfigurationState(
        hash, time.GetUtcNow(), awaitingRestart, _current.LastFailure is { } failure ? failure with { IsPending = false } : null);

    /// <summary>What the file says now: when that is what is in force, nothing is rejected any more.</summary>
    public void Saw(string hash)
    {
        if (_current is { LastFailure: { IsPending: true } failure } state && state.Hash == hash)
        {
            _current = state with { LastFailure = failure with { IsPending = false } };
        }
    }

    public void Rejected(IReadOnlyList<ConfigurationError> errors) =>
        _current = _current with { LastFailure = new ConfigurationFailure(time.GetUtcNow(), errors, IsPending: true) };
}
