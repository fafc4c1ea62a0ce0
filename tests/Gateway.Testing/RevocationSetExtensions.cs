using Gateway.Revocation;

namespace Gateway.Testing;

internal static class RevocationSetExtensions
{
    /// <summary>Applies one entry.</summary>
    public static void Apply(this RevocationSet set, RevocationEntry entry) => set.Apply([entry]);
}
