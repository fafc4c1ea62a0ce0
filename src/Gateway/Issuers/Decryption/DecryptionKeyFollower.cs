using Gateway.Foundation;

namespace Gateway.Issuers.Decryption;

/// <summary>Reads the files of our private keys every few seconds, so that a key can be replaced without a restart.</summary>
internal sealed partial class DecryptionKeyFollower(LiveIssuers live, TimeProvider time, ILogger<DecryptionKeyFollower> logger)
    : BackgroundService
{
    public static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = live.NextChange;
            if (live.Current.Decryptions.IsEmpty)
            {
                await changed.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            await time.NextAsync(ReadEvery, stoppingToken);
            foreach (var keys in live.Current.Decryptions)
            {
                if (!keys.Reload())
                {
                    continue;
                }

                if (keys.Error is { } error)
                {
                    NotRead(logger, keys.Path, error);
                }
                else
                {
                    Read(logger, keys.Path, keys.Current.Keys.Length);
                }
            }
        }
    }

    [LoggerMessage(EventIds.DecryptionKeysRead, LogLevel.Information, "Read decryption keys from {File}; {Count} are in use.")]
    private static partial void Read(ILogger logger, string file, int count);

    [LoggerMessage(
        EventIds.DecryptionKeysNotRead, LogLevel.Warning,
        "Cannot use the decryption keys in {File}: {Error}. The keys that were read before stay in use.")]
    private static partial void NotRead(ILogger logger, string file, string error);
}
