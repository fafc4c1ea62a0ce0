using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Gateway.Authentication;

/// <summary>
/// The verified tokens that are in use, so that each is verified once. Only tokens that were found good are ever in it, and a hit is
/// the whole token, character by character. Sets of eight, each swept by its own clock hand; a hit takes no lock and writes at most one
/// flag. A full set takes a new token in only when it is seen a second time, so that tokens that are used once push nothing out.
/// </summary>
internal sealed class TokenCache
{
    private const int Ways = 8;
    private const int Stripes = 64;

    // The signature's end tells tokens apart as well as the whole; nobody without the key can make two good tokens alike in it.
    private const int HashedCharacters = 64;

    private readonly long _seed = Random.Shared.NextInt64();
    private readonly long _maxBytes;
    private readonly int _mask;

    // Of each place the hash's upper half, and the second as of which it is free: a whole set is looked through without its entries.
    private readonly ulong[] _index;
    private readonly CachedToken?[] _entries;
    private readonly byte[] _hands;
    private readonly Lock[] _stripes;
    private uint[]? _seenOnce;
    private long _bytes;
    private int _count;

    /// <param name="maxEntries">Rounded up to a power of two, 64 at least.</param>
    /// <param name="maxBytes">What the entries may take together; see <see cref="CachedToken.Size"/>.</param>
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

    /// <summary>Chooses the set; seeded for each process, so that nobody can aim at one.</summary>
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

    /// <param name="now">Unix seconds: what has expired makes room first.</param>
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
            // Out of bytes before out of places: others of the set make room, or the newcomer stays out.
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

    /// <summary>The place of the same token, else one that is free or whose entry has expired; -1 when there is none.</summary>
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
                // Verified twice by requests that came together, or kept with a key that has gone.
                return way;
            }
        }

        return found;
    }

    /// <summary>Needs the set's lock.</summary>
    private void Replace(int way, CachedToken? entry)
    {
        var replaced = _entries[way];
        Interlocked.Add(ref _bytes, (entry?.Size ?? 0) - (replaced?.Size ?? 0));
        Interlocked.Add(ref _count, (entry is null ? 0 : 1) - (replaced is null ? 0 : 1));
        // A reader that meets the new entry under the old hash, or the other way round, finds another hash and goes on.
        Volatile.Write(ref _entries[way], entry);
        Volatile.Write(ref _index[way], entry is null ? 0 : ((ulong)TagOf(entry.Hash) << 32) | entry.FreeSecond);
    }

    /// <summary>Remembers about as many tokens as there are places, in sets of four, so that two that come in turn do not push each other out.</summary>
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

    /// <summary>The hand spares every entry that was used since it last came by, once.</summary>
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
