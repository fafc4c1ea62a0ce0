using Gateway.Foundation;
using Gateway.Identity;
using Gateway.Runtime;

namespace Gateway.Configuration;

/// <summary>
/// Follows the file of the assertions' keys, so that a rotation needs no restart. A bad file changes nothing and is logged once.
/// </summary>
internal sealed partial class AssertionKeyFollower(LiveGateway live, TimeProvider time, ILogger<AssertionKeyFollower> logger)
    : BackgroundService
{
    // Polled and not watched: a mounted Secret changes by a symbolic link, and mounts over a network report no changes.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    // The last error that was logged. Only the loop of this service reads and writes it.
    private string? _reported;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = live.NextChange;
            if (live.Current.AssertionKeys is { } keys)
            {
                Look(keys);
                await time.NextAsync(LookEvery, stoppingToken);
            }
            else
            {
                await changed.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Reads the file once. The keys in use change only if all of the file is good.</summary>
    private void Look(AssertionKeys keys)
    {
        try
        {
            if (keys.Look(out var error) is { } taken)
            {
                _reported = null;
                Taken(logger, keys.File, taken.Current.KeyId, string.Join(", ", taken.All.Select(signer => signer.KeyId)));
            }
            else if (error is not null)
            {
                Report(keys.File, error);
            }
            else
            {
                // The file can be read again: if it is lost once more, that is reported again.
                _reported = null;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Report(keys.File, fault.Message);
        }
    }

    private void Report(string file, string error)
    {
        if (_reported != error)
        {
            _reported = error;
            Rejected(logger, file, error);
        }
    }

    [LoggerMessage(
        EventIds.AssertionKeysTaken, LogLevel.Information, "Assertions are signed with key {KeyId} of {File}. Published keys: {KeyIds}.")]
    private static partial void Taken(ILogger logger, string file, string keyId, string keyIds);

    [LoggerMessage(
        EventIds.AssertionKeysRejected, LogLevel.Error, "The keys in {File} are not used, the last good ones stay in use: {Error}.")]
    private static partial void Rejected(ILogger logger, string file, string error);
}
