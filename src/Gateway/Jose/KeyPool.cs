using System.Security.Cryptography;

namespace Gateway.Jose;

/// <summary>
/// Imported copies of one key. .NET does not promise that one RSA, ECDsa or ECDiffieHellman object may be used by two threads at once, so
/// each use takes one out; as many as there are processors are kept.
/// </summary>
internal sealed class KeyPool
{
    private readonly Func<AsymmetricAlgorithm> _import;
    private readonly AsymmetricAlgorithm?[] _idle = new AsymmetricAlgorithm?[Environment.ProcessorCount];

    /// <exception cref="CryptographicException">The parameters are no key.</exception>
    public KeyPool(Func<AsymmetricAlgorithm> import)
    {
        _import = import;
        // One at once, so that a key that cannot be imported fails here and not with the first token.
        _idle[0] = import();
    }

    /// <summary>A copy for the caller alone until <see cref="Return"/>. Imports another one when all are in use. Never waits.</summary>
    public AsymmetricAlgorithm Take()
    {
        foreach (ref var slot in _idle.AsSpan())
        {
            if (Interlocked.Exchange(ref slot, null) is { } idle)
            {
                return idle;
            }
        }

        return _import();
    }

    /// <summary>Keeps the copy, or disposes it when the pool is full.</summary>
    public void Return(AsymmetricAlgorithm key)
    {
        foreach (ref var slot in _idle.AsSpan())
        {
            if (Interlocked.CompareExchange(ref slot, key, null) is null)
            {
                return;
            }
        }

        key.Dispose();
    }
}
