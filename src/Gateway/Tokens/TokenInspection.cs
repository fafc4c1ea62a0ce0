using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>What the checks of a token have found so far. Nothing of it has been verified.</summary>
internal ref struct TokenInspection(ReadOnlySpan<char> text)
{
    public readonly ReadOnlySpan<char> Text = text;

    public CompactToken Parts;

    public JoseHeader Header;

    public JsonElement Claims;

    /// <summary>Those of <see cref="Claims"/> that the checks read; <see cref="Registered"/> is what they say.</summary>
    public KnownClaims KnownClaims;

    public AlgorithmTraits? Algorithm;

    public IssuerProfile? Issuer;

    public RegisteredClaims Registered;

    /// <summary>The ring that was looked into.</summary>
    public KeyRing? Ring;

    public VerificationKey? Key;

    public readonly UnverifiedToken ToUnverified() => new(Issuer!, Claims, Registered, new TokenKey(Header.KeyId, Algorithm!, Key!, Ring!));
}
