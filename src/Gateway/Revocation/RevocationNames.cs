using System.Collections.Immutable;

namespace Gateway.Revocation;

/// <summary>The names of kinds and operations in the log, the same in every store and on the command line.</summary>
internal static class RevocationNames
{
    // By their numbers: made once, since a replica that starts reads a name from each entry of the log.
    private static readonly ImmutableArray<string> KindNames = NamesOf<RevocationKind>();
    private static readonly ImmutableArray<string> OperationNames = NamesOf<RevocationOperation>();

    public static IReadOnlyList<string> Kinds => KindNames;

    public static string Of(RevocationKind kind) => KindNames[(int)kind];

    public static string Of(RevocationOperation operation) => OperationNames[(int)operation];

    public static bool TryParse(string? name, out RevocationKind kind)
    {
        var number = name is null ? -1 : KindNames.IndexOf(name);
        kind = (RevocationKind)Math.Max(number, 0);
        return number >= 0;
    }

    public static bool TryParse(string? name, out RevocationOperation operation)
    {
        operation = name == Of(RevocationOperation.Restore) ? RevocationOperation.Restore : RevocationOperation.Revoke;
        return name == Of(operation);
    }

#pragma warning disable CA1308 // The names are lower case by contract.
    private static ImmutableArray<string> NamesOf<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
#pragma warning restore CA1308
}
