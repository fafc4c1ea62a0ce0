using Gateway.Keys;
using Gateway.Revocation;

namespace Gateway.Health;

/// <summary>One thing that must be so before requests should come.</summary>
internal readonly record struct ReadinessCheck(string Name, bool IsReady);

/// <summary>
/// Ready when every required issuer has keys and the revocation list has been read once. A store that fails later does not make a replica
/// unready: all would be at once, and the policies decide better.
/// </summary>
internal sealed class Readiness(IReadOnlyList<IssuerKeys> issuers, RevocationList revocations)
{
    public IEnumerable<ReadinessCheck> Checks =>
        issuers.Where(keys => keys.IsRequired).Select(keys => new ReadinessCheck($"keys:{keys.Issuer}", !keys.Current.IsEmpty))
            .Append(new ReadinessCheck("revocations", revocations.IsLoaded));
}
