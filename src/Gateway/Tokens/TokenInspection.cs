using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>The results of the checks of a token so far. None of them is verified by a signature.</summary>
internal ref struct TokenInspection(ReadOnlySpan<char> text)
{
    public readonly ReadOnlySpan<char> Text = text;

    public CompactToken Parts;

    public JoseHeader Header;

    public JsonElement Claims;

    /// <summary>The members of <see cref="Claims"/> that the checks read; <see cref="Registered"/> holds their values.</summary>
    public KnownClaims KnownClaims;

    public AlgorithmTraits? Algorithm;

    public IssuerProfile? Issuer;

    public RegisteredClaims Registered;

    /// <summary>The ring that was searched for <see cref="Key"/>.</summary>
    public KeyRing? Ring;

    public VerificationKey? Key;

    public readonly UnverifiedToken ToUnverified() => new(Issuer!, Claims, Registered, new TokenKey(Header.KeyId, Algorithm!, Key!, Ring!));
}
