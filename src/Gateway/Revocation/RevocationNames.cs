namespace Gateway.Revocation;

/// <summary>The names of kinds and operations in the log, the same in every store and on the command line.</summary>
internal static class RevocationNames
{
    public static readonly IReadOnlyList<string> Kinds = [.. Enum.GetValues<RevocationKind>().Select(Of)];

#pragma warning disable CA1308 // The names are lower case by contract.
    public static string Of(RevocationKind kind) => kind.ToString().ToLowerInvariant();

    public static string Of(RevocationOperation operation) => operation.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    public static bool TryParse(string? name, out RevocationKind kind)
    {
        foreach (var candidate in Enum.GetValues<RevocationKind>())
        {
            if (Of(candidate) == name)
            {
                kind = candidate;
                return true;
            }
        }

        kind = default;
        return false;
    }

    public static bool TryParse(string? name, out RevocationOperation operation)
    {
        operation = name == Of(RevocationOperation.Restore) ? RevocationOperation.Restore : RevocationOperation.Revoke;
        return name == Of(operation);
    }
}
