using System.Collections.Immutable;
using System.Text.Json;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Tokens;

namespace Gateway.Identity;

/// <summary>One identity header.</summary>
internal readonly record struct IdentityHeader(string Name, string Value);

/// <summary>Which claims travel in which headers: the checked, immutable form of <see cref="IdentityOptions"/>.</summary>
/// <param name="ResponseExpiry">The response header with the seconds that the client's token has left; null for none.</param>
internal sealed record IdentityPlan(ValueArray<IdentityMapping> Mappings, string? PayloadHeader, string? ResponseExpiry = null)
{
    // Bytes of the JSON that the assertion takes from the token. With it the assertion nearly always stays below MaxValueLength.
    private const int MaxAssertedLength = 3 * 1024;

    // In characters. Many frameworks accept 8 KiB of headers in total; a destination would reject more without a useful error.
    private const int MaxValueLength = 4 * 1024;
    private const int MaxTotalLength = 8 * 1024;

    /// <summary>The signed form of the identity; null for none.</summary>
    public AssertionSettings? Assertion { get; init; }

    /// <summary>The names that only the gateway may set.</summary>
    public IEnumerable<string> HeaderNames => Mappings.Select(mapping => mapping.Header)
        .Concat(PayloadHeader is null ? [] : [PayloadHeader])
        .Concat(Assertion is null ? [] : [Assertion.Header])
        .Concat(ResponseExpiry is null ? [] : [ResponseExpiry]);

    /// <summary>Runs once for each verified token. False when a value is too long; values are never shortened.</summary>
    public bool TryCreate(AccessToken token, out ImmutableArray<IdentityHeader> headers)
    {
        var built = ImmutableArray.CreateBuilder<IdentityHeader>(Mappings.Count + 1);
        var found = new List<JsonElement>();
        var total = 0;
        foreach (var mapping in Mappings)
        {
            found.Clear();
            if (mapping.ValueOf(token, found) is { } value)
            {
                built.Add(new IdentityHeader(mapping.Header, value));
                total += value.Length;
                if (value.Length > MaxValueLength)
                {
                    headers = [];
                    return false;
                }
            }
        }

        if (PayloadHeader is not null)
        {
            // The payload segment is the claims set in base64url, exactly as signed.
            var claims = token.EncodedClaims;
            built.Add(new IdentityHeader(PayloadHeader, claims));
            total += claims.Length;
        }

        headers = built.DrainToImmutable();
        return total <= MaxTotal;
    }

    /// <summary>The claims of the token's assertions, computed once too; null without an assertion.</summary>
    /// <param name="headers">What <see cref="TryCreate"/> made: both travel together.</param>
    public bool TryAssert(AccessToken token, ImmutableArray<IdentityHeader> headers, out byte[]? claims)
    {
        claims = Assertion is null ? null : AssertedClaims.Write(Assertion.Claims, token);
        return claims is null
            || (claims.Length <= MaxAssertedLength
                && headers.Sum(header => header.Value.Length) + SignedAssertion.LengthOf(claims) <= MaxTotal);
    }

    private int MaxTotal => PayloadHeader is null ? MaxTotalLength : CompactToken.MaxLength;
}

/// <summary>One header and the claim that fills it.</summary>
internal sealed record IdentityMapping(string Header, ClaimPath Path)
{
    /// <param name="found">Where the claim's values are collected; empty.</param>
    public string? ValueOf(AccessToken token, List<JsonElement> found)
    {
        switch (Path.Text)
        {
            // Providers use several names for these two claims.
            case "scope":
                return token.Scopes.IsEmpty ? null : HeaderValueEncoding.Encode(string.Join(' ', token.Scopes.AsSpan()));
            case "client_id":
                return token.ClientId is null ? null : HeaderValueEncoding.Encode(token.ClientId);
        }

        Path.Collect(token, found);
        return found switch
        {
            [] => null,
            [var only] => HeaderValueEncoding.Encode(only),
            // A path through an array of objects has several values; they are sent as one list.
            _ =>
                string.Join(',', found.Select(HeaderValueEncoding.Encode).Where(value => value is not null)) is { Length: > 0 } list
                    ? list
                    : null,
        };
    }
}
