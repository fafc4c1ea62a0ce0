namespace Gateway.Revocation;

/// <summary>
/// The name of an entry. Entries with the same name are merged, and a restore ends all of them. Names have an order, so that lists can be
/// paged.
/// </summary>
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
