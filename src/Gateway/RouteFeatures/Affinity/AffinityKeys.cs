using Gateway.Foundation;
using Microsoft.AspNetCore.DataProtection;

namespace Gateway.RouteFeatures.Affinity;

/// <summary>
/// Protects what session affinity gives to clients. While the shared keys cannot be read it uses keys of this process, so that a request is
/// never answered with an error for them; what cannot be opened counts as no affinity, since any client can send it.
/// </summary>
internal sealed partial class AffinityKeys(IDataProtectionProvider shared, TimeProvider time, ILogger<AffinityKeys> logger)
    : IDataProtectionProvider
{
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(10);

    private readonly EphemeralDataProtectionProvider _own = new();
    private long _failedAt = long.MinValue;

    public IDataProtector CreateProtector(string purpose) =>
        new Protector(this, shared.CreateProtector(purpose), _own.CreateProtector(purpose));

    private bool IsTryable =>
        Volatile.Read(ref _failedAt) is var failed && (failed == long.MinValue || time.GetElapsedTime(failed) >= TryAgainAfter);

    private void Failed(Exception fault)
    {
        Volatile.Write(ref _failedAt, time.GetTimestamp());
        Unavailable(logger, (fault.InnerException ?? fault).Message);
    }

    [LoggerMessage(
        EventIds.AffinityKeysUnavailable, LogLevel.Warning,
        "The shared keys of session affinity cannot be used, so this replica uses its own keys until they can: {Problem}")]
    private static partial void Unavailable(ILogger logger, string problem);

    private sealed class Protector(AffinityKeys keys, IDataProtector shared, IDataProtector own) : IDataProtector
    {
        public IDataProtector CreateProtector(string purpose) =>
            new Protector(keys, shared.CreateProtector(purpose), own.CreateProtector(purpose));

        public byte[] Protect(byte[] plaintext)
        {
            if (keys.IsTryable)
            {
                try
                {
                    return shared.Protect(plaintext);
                }
                catch (Exception fault) when (fault is not OutOfMemoryException)
                {
                    keys.Failed(fault);
                }
            }

            return own.Protect(plaintext);
        }

        // YARP takes null for a key that cannot be read.
        public byte[] Unprotect(byte[] protectedData) => (keys.IsTryable ? Open(shared, protectedData) : null) ?? Open(own, protectedData)!;

        private static byte[]? Open(IDataProtector protector, byte[] protectedData)
        {
            try
            {
                return protector.Unprotect(protectedData);
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                return null;
            }
        }
    }
}
