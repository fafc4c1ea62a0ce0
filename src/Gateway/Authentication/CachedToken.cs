using System.Runtime.InteropServices;
using System.Text;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>A verified token in the cache, with the state that each hit checks again: expiry, key and revocation.</summary>
internal sealed class CachedToken(VerifiedToken token, ulong hash)
{
    // In bytes: the objects of an entry, and a string without its characters, as measured by CachedTokenSizeTests on 64-bit.
    private const int FixedSize = 350;
    private const int StringSize = 24;
    private const int AssertionSize = 120;

    // A token that is bound to a key keeps the hash, and the key in two forms: ours, and the crypto library's.
    private const int BindingSize = 100;
    private const int ProofKeySize = 3000;

    // A copy of what the token has, so that the processor fetches it together with the rest.
    private readonly byte[] _text = token.Token.Text;
    private TokenValidity _validity = new(token, token.KnownUntil);

    public VerifiedToken Token => _validity.Token;

    public IssuerProfile Issuer => _validity.Issuer;

    public ulong Hash => hash;

    /// <summary>Whether each request has to prove that its sender holds what the token is bound to.</summary>
    public bool IsBound { get; } = token.Token.Binding is not null;

    /// <summary>Bytes of memory, near enough for a bound.</summary>
    public int Size { get; } = SizeOf(token);

    /// <summary>True when the entry was used since the clock hand of the cache last passed it.</summary>
    public bool IsVisited { get; set; }

    /// <summary>The token itself, its claims and their index make a little over two bytes a character.</summary>
    private static int SizeOf(VerifiedToken token)
    {
        var (text, signed) = (token.Token.Text, token.Token.Signed);
        var size = FixedSize + (text.Length * 9 / 4) + (ReferenceEquals(signed, text) ? 0 : signed.Length * 9 / 4);
        if (token.Token.Binding is { } binding)
        {
            size += BindingSize + (binding.Key is null ? 0 : ProofKeySize);
        }

        if (signed.Length == 0)
        {
            // The claims are not in the token.
            size += JsonMarshal.GetRawUtf8Value(token.Token.Claims).Length * 2;
        }

        foreach (var header in token.IdentityHeaders)
        {
            size += StringSize + (sizeof(char) * header.Value.Length);
        }

        if (token.AssertedClaims is { } claims)
        {
            // One assertion: most tokens are used on one cluster.
            size += AssertionSize + claims.Length + (sizeof(char) * SignedAssertion.LengthOf(claims));
        }

        return size;
    }

    /// <summary>Compares all characters. A match of hashes alone must never authenticate a request.</summary>
    public bool Is(ReadOnlySpan<char> text) => Ascii.Equals(_text, text);

    /// <summary>
    /// The first whole Unix second at which it has expired. An opaque token that has to be asked about again stays until then, so that a
    /// token that was active is told from one that never was.
    /// </summary>
    public uint FreeSecond => (uint)Math.Clamp(Math.Ceiling(TokenLifetime.EndOf(Token.Token.ExpiresAt, Issuer)), 1, uint.MaxValue);

    /// <inheritdoc cref="TokenValidity.Check"/>
    public TokenState Check(double now, RevocationList revocations, Tolerance tolerance) => _validity.Check(now, revocations, tolerance);

    /// <inheritdoc cref="TokenValidity.CheckRevocation"/>
    public TokenState CheckRevocation(RevocationList revocations, Tolerance tolerance) => _validity.CheckRevocation(revocations, tolerance);
}
