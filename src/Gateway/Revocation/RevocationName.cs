namespace Gateway.Revocation;

/// <summary>What an entry is about. Entries with one name add up, and a restore takes back all of them. Ordered, so that lists can be paged.</summary>
internal readonly record struct RevocationName(RevocationKind Kind, string Issuer, string Value) : IComparable<RevocationName>
{
    public static RevocationName Of(RevocationEntry entry) => new(entry.Kind, entry.Issuer, entry.Value);

    public int CompareTo(RevocationName other)
    {
        var order = Kind.CompareTo(other.Kind);
        order = order != 0 ? order : string.CompareOrdinal(Issuer, other.Issuer);
        return order != 0 ? order : string.CompareOrdinal(Value, other.Value);
    }
}
