using Microsoft.IdentityModel.Tokens;

namespace Gateway.Sandbox;

/// <summary>
/// The issuer's signing keys. Only the current generation signs; the previous one stays published after a rotation, so that
/// tokens signed just before it go on being accepted until they expire.
/// </summary>
internal sealed class SigningKeys
{
    /// <summary>The JWS algorithms that <see cref="CredentialsFor"/> knows.</summary>
    public static readonly IReadOnlyList<string> Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];

    private IReadOnlyList<SigningKeyPair> _generations = [new()];

    /// <summary>Every published generation, the current one first.</summary>
    public IReadOnlyList<SigningKeyPair> Generations => Volatile.Read(ref _generations);

    public SigningKeyPair Current => Generations[0];

    /// <summary>The keys a token of this issuer may be verified with.</summary>
    public IEnumerable<SecurityKey> VerificationKeys => Generations.SelectMany(generation => new[] { generation.Rsa, generation.Ec });

    /// <param name="algorithm">One of <see cref="Algorithms"/>.</param>
    public SigningCredentials CredentialsFor(string algorithm) =>
        new(algorithm == SecurityAlgorithms.EcdsaSha256 ? Current.Ec : Current.Rsa, algorithm);

    /// <summary>Makes new keys the current ones; without <paramref name="overlap"/> nothing older is published any more.</summary>
    public SigningKeyPair Rotate(bool overlap)
    {
        var next = new SigningKeyPair();
        Volatile.Write(ref _generations, overlap ? [next, Current] : [next]);
        return next;
    }
}
