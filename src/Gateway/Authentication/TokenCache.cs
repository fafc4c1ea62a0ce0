using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Gateway.Authentication;

/// <summary>
/// The cache of verified tokens. It holds only valid tokens, and a hit compares all characters of the token. It consists of sets of eight
/// entries, each with its own clock hand for eviction. A hit takes no lock and writes at most one flag. A full set admits a new token only
/// when it is seen a second time, so that tokens that are used once evict none.
/// </summary>
internal sealed class TokenCache
{
    private const int Ways = 8;
    private const int Stripes = 64;

    // The end of the signature distinguishes tokens as well as the whole text does: without the key, a client cannot create two valid
    // tokens with the same end.
    private const int HashedCharacters = 64;

    private readonly long _seed = Random.Shared.NextInt64();
    private readonly long _maxBytes;
    private readonly int _mask;

    // For each entry, the upper half of the hash and the Unix second from which it may be replaced, so that a set is searched without
    // reading its entries.
    private readonly ulong[] _index;
    private readonly CachedToken?[] _entries;
    private readonly byte[] _hands;
    private readonly Lock[] _stripes;
    private uint[]? _seenOnce;
    private long _bytes;
    private int _count;

    /// <param name="maxEntries">Rounded up to a power of two, 64 at least.</param>
    /// <param name="maxBytes">The memory limit of all entries; see <see cref="CachedToken.Size"/>.</param>
    public TokenCache(int maxEntries, long maxBytes)
    {
        var sets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(maxEntries, Stripes) / Ways);
        _maxBytes = maxBytes;
        _mask = sets - 1;
        _index = new ulong[sets * Ways];
        _entries = new CachedToken?[sets * Ways];
        _hands = new byte[sets];
        _stripes = [.. Enumerable.Range(0, Stripes).Select(_ => new Lock())];
    }

    public int Capacity => _entries.Length;

    public int Count => Volatile.Read(ref _count);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Selects the set. The hash is seeded per process, so that clients cannot choose a set to overfill.</summary>
    public ulong HashOf(ReadOnlySpan<char> text) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.Length > HashedCharacters ? text[^HashedCharacters..] : text), _seed);

    public CachedToken? Find(ReadOnlySpan<char> text, ulong hash)
    {
        var first = ((int)hash & _mask) * Ways;
        var tag = TagOf(hash);
        for (var way = first; way < first + Ways; way++)
        {
            if ((uint)(_index[way] >> 32) == tag && Volatile.Read(ref _entries[way]) is { } entry && entry.Hash == hash && entry.Is(text))
            {
                if (!entry.IsVisited)
                {
                    entry.IsVisited = true;
                }

                return entry;
            }
        }

        return null;
    }

    /// <param name="now">Unix seconds. Expired entries are replaced first.</param>
    public void Add(CachedToken entry, double now)
    {
        var set = (int)entry.Hash & _mask;
        lock (_stripes[set & (Stripes - 1)])
        {
            var way = PlaceFor(entry, set, now);
            var isFull = way < 0 || Bytes + entry.Size > _maxBytes;
            if (isFull && !IsSecondSight(entry.Hash))
            {
                return;
            }

            way = way < 0 ? Victim(set) : way;
            Replace(way, null);
            // The memory limit is reached: evict other entries of the set, or do not add the new one.
            for (var tries = 0; tries < Ways && Bytes + entry.Size > _maxBytes; tries++)
            {
                Replace(Victim(set), null);
            }

            if (Bytes + entry.Size <= _maxBytes)
            {
                Replace(way, entry);
            }
        }
    }

    /// <summary>The place of the same token, else a free place or that of an expired entry; else -1.</summary>
    private int PlaceFor(CachedToken entry, int set, double now)
    {
        var found = -1;
        for (var way = set * Ways; way < (set + 1) * Ways; way++)
        {
            if ((uint)_index[way] <= now)
            {
                found = way;
            }
            else if ((uint)(_index[way] >> 32) == TagOf(entry.Hash) && _entries[way] is { } known
                && known.Hash == entry.Hash && known.Token.Token.Text.AsSpan().SequenceEqual(entry.Token.Token.Text))
            {
                // Two concurrent requests have verified the token, or its entry has a key that the issuer no longer publishes.
                return way;
            }
        }

        return found;
    }

    /// <summary>The caller holds the lock of the set.</summary>
    private void Replace(int way, CachedToken? entry)
    {
        var replaced = _entries[way];
        Interlocked.Add(ref _bytes, (entry?.Size ?? 0) - (replaced?.Size ?? 0));
        Interlocked.Add(ref _count, (entry is null ? 0 : 1) - (replaced is null ? 0 : 1));
        // A reader that sees the new entry with the old index, or the reverse, finds that the hashes differ and continues.
        Volatile.Write(ref _entries[way], entry);
        Volatile.Write(ref _index[way], entry is null ? 0 : ((ulong)TagOf(entry.Hash) << 32) | entry.FreeSecond);
    }

    /// <summary>
    /// True when the token was seen before. Remembers as many tokens as the cache has places, in sets of four, so that tokens that
    /// alternate do not overwrite each other.
    /// </summary>
    private bool IsSecondSight(ulong hash)
    {
        const int width = 4;
        var all = _seenOnce ?? Interlocked.CompareExchange(ref _seenOnce, new uint[Capacity], null) ?? _seenOnce;
        var seen = all.AsSpan((int)((hash >> 20) % (ulong)(all.Length / width)) * width, width);
        var tag = TagOf(hash);
        if (seen.Contains(tag))
        {
            return true;
        }

        seen[..^1].CopyTo(seen[1..]);
        seen[0] = tag;
        return false;
    }

    /// <summary>The place to evict. The clock hand skips each entry once that was used since its last pass.</summary>
    private int Victim(int set)
    {
        ref var hand = ref _hands[set];
        while (true)
        {
            var way = (set * Ways) + (hand++ & (Ways - 1));
            if (_entries[way] is not { IsVisited: true } entry)
            {
                return way;
            }

            entry.IsVisited = false;
        }
    }

    private static uint TagOf(ulong hash) => (uint)(hash >> 32) | 1;
}
