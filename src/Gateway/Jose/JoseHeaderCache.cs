namespace Gateway.Jose;

/// <summary>
/// Caches parsed JOSE headers by their text. An issuer writes the same header on all tokens that it signs with one key. Parsing depends on
/// the text only, so tokens of different issuers may share an entry, verified or not.
/// </summary>
internal sealed class JoseHeaderCache
{
    // A power of two, because the slot is a part of the hash. Two headers in one slot replace each other, which costs time only.
    private const int Slots = 256;

    // Longer than the headers of providers. It bounds the memory that clients can occupy.
    private const int MaxLength = 256;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public bool TryRead(CompactToken token, out JoseHeader header)
    {
        var text = token.Header;
        if (text.Length > MaxLength)
        {
            return TokenParts.TryReadHeader(token, out header);
        }

        // The hash is seeded per process, so clients cannot choose the slot that they overwrite.
        ref var slot = ref _entries[string.GetHashCode(text) & (Slots - 1)];
        // No lock: an entry is immutable and published with one write, so a reader sees all of it or another one.
        if (Volatile.Read(ref slot) is { } known && text.SequenceEqual(known.Text))
        {
            header = known.Header;
            return true;
        }

        if (!TokenParts.TryReadHeader(token, out header))
        {
            return false;
        }

        Volatile.Write(ref slot, new Entry(text.ToString(), header));
        return true;
    }

    private sealed record Entry(string Text, JoseHeader Header);
}
