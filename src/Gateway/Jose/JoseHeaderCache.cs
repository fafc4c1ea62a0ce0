namespace Gateway.Jose;

/// <summary>
/// Headers that were read before. An issuer writes the same one on every token that it signs with a key, so its text is compared and not
/// parsed again. What a text says never changes, so it does not matter whose token brought it.
/// </summary>
internal sealed class JoseHeaderCache
{
    private const int Slots = 256;

    // Longer than the headers of providers; clients must not fill the memory.
    private const int MaxLength = 256;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public bool TryRead(CompactToken token, out JoseHeader header)
    {
        var text = token.Header;
        if (text.Length > MaxLength)
        {
            return TokenParts.TryReadHeader(token, out header);
        }

        // Seeded for each process, so that clients cannot choose a slot.
        ref var slot = ref _entries[string.GetHashCode(text) & (Slots - 1)];
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
