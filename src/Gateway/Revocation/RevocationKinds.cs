namespace Gateway.Revocation;

/// <summary>A set of <see cref="RevocationKind"/>, with one bit for each.</summary>
[Flags]
internal enum RevocationKinds : byte
{
    None = 0,
}

internal static class RevocationKindsExtensions
{
    public static bool Has(this RevocationKinds kinds, RevocationKind kind) => (kinds & Of(kind)) != 0;

    public static RevocationKinds With(this RevocationKinds kinds, RevocationKind kind) => kinds | Of(kind);

    private static RevocationKinds Of(RevocationKind kind) => (RevocationKinds)(1 << (int)kind);
}
