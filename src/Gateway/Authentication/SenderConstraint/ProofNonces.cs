using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Authentication.SenderConstraint;

/// <summary>
/// The nonces of <c>Gateway:Dpop:Nonce</c> (RFC 9449 section 9): the number of a minute with its HMAC, so that nothing is stored for each.
/// One is good in its own minute and the next. With Redis all replicas share the key, so that one takes the nonces of another; without
/// Redis each replica knows its own. The shared key expires after a day, and a replica that finds none makes a new one; the previous key
/// verifies until the next one comes.
/// </summary>
internal sealed class ProofNonces(TimeProvider time, RedisConnection? redis = null)
{
    private const int KeyLength = 32;
    private const int MacLength = 16;
    private const int NonceLength = sizeof(long) + MacLength;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReadAgainEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(1);
    private static readonly TimeSpan TryAgainEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private volatile Keys _keys = new(RandomNumberGenerator.GetBytes(KeyLength), null);
    private volatile Issued? _last;
    private Task? _reading;
    private long _readAt;
    private TimeSpan _nextIn;

    /// <summary>The nonce of this minute. The first call waits a moment for the shared key.</summary>
    public async ValueTask<string> CurrentAsync()
    {
        if (redis is not null && ReadKey(redis) is { } first)
        {
            await first.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var (window, key) = (WindowNow(), _keys.Current);
        if (_last is { } last && last.Window == window && ReferenceEquals(last.Key, key))
        {
            return last.Text;
        }

        var issued = new Issued(window, key, TextOf(window, key));
        _last = issued;
        return issued.Text;
    }

    /// <summary>Whether it is a nonce of this minute or of the one before; of the next, if another replica's clock is ahead.</summary>
    public bool IsCurrent(string? nonce)
    {
        Span<byte> bytes = stackalloc byte[NonceLength];
        if (nonce is null
            || Base64Url.DecodeFromChars(nonce, bytes, out _, out var length) != OperationStatus.Done
            || length != NonceLength)
        {
            return false;
        }

        var window = BinaryPrimitives.ReadInt64BigEndian(bytes);
        var (keys, now) = (_keys, WindowNow());
        return window >= now - 1 && window <= now + 1
            && (IsOf(keys.Current, window, bytes) || (keys.Previous is { } previous && IsOf(previous, window, bytes)));
    }

    private static bool IsOf(byte[] key, long window, ReadOnlySpan<byte> nonce)
    {
        Span<byte> expected = stackalloc byte[NonceLength];
        Write(window, key, expected);
        return CryptographicOperations.FixedTimeEquals(expected, nonce);
    }

    private static string TextOf(long window, byte[] key)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Write(window, key, nonce);
        return Base64Url.EncodeToString(nonce);
    }

    private static void Write(long window, byte[] key, Span<byte> nonce)
    {
        BinaryPrimitives.WriteInt64BigEndian(nonce, window);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, nonce[..sizeof(long)], mac);
        mac[..MacLength].CopyTo(nonce[sizeof(long)..]);
    }

    private long WindowNow() => time.GetUtcNow().ToUnixTimeSeconds() / (long)Window.TotalSeconds;

    /// <summary>Begins to read the shared key when that is due.</summary>
    /// <returns>The first reading, to wait for; null for the others, during which the key that was read before is good.</returns>
    private Task? ReadKey(RedisConnection connection)
    {
        lock (_lock)
        {
            var isFirst = _reading is null;
            if (isFirst || (_reading!.IsCompleted && time.GetElapsedTime(_readAt) >= _nextIn))
            {
                _readAt = time.GetTimestamp();
                _reading = ReadKeyAsync(connection);
            }

            return isFirst ? _reading : null;
        }
    }

    /// <summary>Stores a new key where there is none, after which all replicas read the same.</summary>
    private async Task ReadKeyAsync(RedisConnection connection)
    {
        try
        {
            RedisKey name = $"{connection.KeyPrefix}dpop:nonce-key";
            var key = await ReadAsync();
            if (key is null)
            {
                var fresh = RandomNumberGenerator.GetBytes(KeyLength);
                await connection.CallAsync(
                    database => database.StringSetAsync(name, fresh, KeyLifetime, When.NotExists, CommandFlags.DemandMaster),
                    CancellationToken.None);
                key = await ReadAsync();
            }

            var known = _keys;
            if (key is { Length: KeyLength } && !key.AsSpan().SequenceEqual(known.Current))
            {
                _keys = new Keys(key, known.Current);
            }

            _nextIn = ReadAgainEvery;

            async Task<byte[]?> ReadAsync() => (byte[]?)await connection.CallAsync(
                database => database.StringGetAsync(name, CommandFlags.DemandMaster), CancellationToken.None);
        }
        catch (RedisUnavailableException)
        {
            // The key of this replica goes on; a client whose requests reach others meanwhile may have to send some twice.
            _nextIn = TryAgainEvery;
        }
    }

    private sealed record Keys(byte[] Current, byte[]? Previous);

    private sealed record Issued(long Window, byte[] Key, string Text);
}
