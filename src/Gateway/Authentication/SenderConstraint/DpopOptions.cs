using System.Text.Json;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Settings;

namespace Gateway.Authentication.SenderConstraint;

/// <summary>
/// How DPoP proofs (RFC 9449) are checked: <c>Gateway:Dpop</c>. They are checked without this section too; with it, 401 responses also name
/// the scheme <c>DPoP</c> to clients that have not used it.
/// </summary>
internal sealed class DpopOptions
{
    /// <summary>
    /// How far the <c>iat</c> of a proof may be from the gateway's clock, in the past and in the future. Default 1 minute, range 1 second
    /// to 5 minutes.
    /// </summary>
    public TimeSpan ProofLifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The JWS algorithms that proofs may use; those with a secret cannot be named. Default ES256, RS256, PS256, EdDSA.</summary>
    public List<string>? Algorithms { get; init; }

    /// <summary>
    /// Whether a proof needs a nonce of the gateway that is at most two minutes old (RFC 9449 section 9). It costs each client one more
    /// request at the beginning. Several replicas need Redis, which holds the key of the nonces. Default false.
    /// </summary>
    public bool Nonce { get; init; }
}

/// <summary>The checked form of <see cref="DpopOptions"/>.</summary>
/// <param name="IsAdvertised">Whether every 401 names the scheme.</param>
internal sealed record DpopSettings(TimeSpan ProofLifetime, ValueArray<SignatureAlgorithm> Algorithms, bool Nonce, bool IsAdvertised);

/// <summary>Checks <c>Gateway:Dpop</c>.</summary>
internal static class DpopCheck
{
    private const string Section = "Gateway:Dpop";

    private static readonly ValueArray<SignatureAlgorithm> DefaultAlgorithms =
        [SignatureAlgorithm.ES256, SignatureAlgorithm.RS256, SignatureAlgorithm.PS256, SignatureAlgorithm.Ed25519];

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static DpopSettings Build(DpopOptions? options, SettingsContext context)
    {
        var report = context.Report;
        // An object that holds nothing is bound to null, as if it had been left out.
        var isAdvertised = options is not null || context.Document.Find(Section) is { Kind: JsonTokenType.StartObject };
        var chosen = options ?? new DpopOptions();
        report.Range($"{Section}:ProofLifetime", chosen.ProofLifetime, Shortest, Longest);

        return new DpopSettings(
            chosen.ProofLifetime, chosen.Algorithms is null ? DefaultAlgorithms : BuildAlgorithms(chosen.Algorithms, report), chosen.Nonce,
            isAdvertised);
    }

    private static ValueArray<SignatureAlgorithm> BuildAlgorithms(List<string> names, ConfigurationReport report)
    {
        var possible = SignatureAlgorithms.Names.Where(name => SignatureAlgorithms.Find(name) is { KeyType: not KeyType.Secret }).ToArray();
        var algorithms = new List<SignatureAlgorithm>();
        for (var i = 0; i < names.Count; i++)
        {
            // With HS256 the public key of the proof would be the secret that it is signed with.
            if (SignatureAlgorithms.Find(names[i]) is { KeyType: not KeyType.Secret } traits)
            {
                algorithms.Add(traits.Algorithm);
            }
            else
            {
                report.Error(
                    $"{Section}:Algorithms:{i}", "proofs cannot use this algorithm.", $"Choose from {string.Join(", ", possible)}.");
            }
        }

        return [.. algorithms.Distinct()];
    }
}
