using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Jose;

/// <summary>The first and the last step for any signed JWT: split and decode it, and verify its signature.</summary>
internal static class TokenParts
{
    /// <summary>Header and claims of an unverified token. They may only cause a rejection (RFC 8725 section 3.8).</summary>
    /// <param name="maxLength">Characters.</param>
    public static bool TryRead(
        ReadOnlySpan<char> text, out JoseHeader header, out JsonElement claims, out RejectionReason reason,
        int maxLength = CompactToken.MaxLength)
    {
        (header, claims) = (default, default);
        if (!CompactToken.TrySplit(text, out var compact, out reason, maxLength))
        {
            return false;
        }

        reason = RejectionReason.Malformed;
        return TryReadHeader(compact, out header) && TryReadClaims(compact, out claims);
    }

    public static bool TryReadHeader(CompactToken compact, out JoseHeader header)
    {
        // TrySplit bounds the length of the header, so the stack is safe.
        Span<byte> buffer = stackalloc byte[CompactToken.MaxHeaderLength + 2];
        return JoseHeader.TryParse(buffer[..CompactToken.Decode(compact.Header, buffer)], out header);
    }

    /// <summary>The claims set as strict JSON. The element owns its memory, so the rented buffer may be returned at once.</summary>
    public static bool TryReadClaims(CompactToken compact, out JsonElement claims)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(compact.Payload.Length);
        try
        {
            return StrictJson.TryParseObject(buffer.AsSpan(0, CompactToken.Decode(compact.Payload, buffer)), out claims);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>True when the signature in the text verifies with the key.</summary>
    /// <param name="maxLength">Characters.</param>
    public static bool IsSigned(
        ReadOnlySpan<char> text, AlgorithmTraits algorithm, VerificationKey key, int maxLength = CompactToken.MaxLength)
    {
        if (!CompactToken.TrySplit(text, out var compact, out _, maxLength))
        {
            return false;
        }

        var length = compact.SigningInput.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length + compact.Signature.Length);
        try
        {
            // The signature covers the text as it was sent, not what was decoded from it.
            Encoding.ASCII.GetBytes(compact.SigningInput, buffer);
            var signature = buffer.AsSpan(length, CompactToken.Decode(compact.Signature, buffer.AsSpan(length)));
            return key.Verify(buffer.AsSpan(0, length), signature, algorithm);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
