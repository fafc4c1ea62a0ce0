using System.Globalization;
using System.Text;
using System.Text.Json;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Explanation;

/// <summary>What is wrong with a token that cannot even be read.</summary>
internal static class FormText
{
    // Decoded for a description alone, so a header that is far too long need not be described.
    private const int MaxShown = 16 * 1024;

    /// <summary>
    /// The form of a compact token. The causes are tried from the most specific to the most general, so that the cure names the common
    /// mistakes of a person who copies a token: a whole header, a line break, plain base64, an encrypted or opaque token, a missing end.
    /// </summary>
    public static CheckText OfForm(ReadOnlySpan<char> text, RejectionReason? reason)
    {
        var expected = string.Create(CultureInfo.InvariantCulture,
            $"three parts in base64url, joined by dots, at most {CompactToken.MaxLength} characters, {CompactToken.MaxHeaderLength} " +
                $"bytes of them the header");
        var parts = text.Count('.') + 1;
        var found = string.Create(CultureInfo.InvariantCulture, $"{text.Length} characters in {parts} part{(parts == 1 ? "" : "s")}");
        if (reason is null)
        {
            return new(expected, found);
        }

        if (reason == RejectionReason.TooLarge)
        {
            return new(expected, found, "Have the issuer put less into its tokens: large lists of groups or roles in most cases.");
        }

        var place = text.IndexOfAnyExcept(CompactToken.Alphabet);
        return text switch
        {
            [] => new(expected, "nothing", "Hand in the token."),
            _ when text.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("Authorization", StringComparison.OrdinalIgnoreCase) =>
                new(expected, "a whole header", "Hand in the token alone, what stands behind \"Bearer \"."),
            _ when place >= 0 && char.IsWhiteSpace(text[place]) =>
                new(
                    expected, $"{found}; white space at {place + 1}",
                    "The token was broken into lines or copied with something beside it: copy it whole and alone."),
            _ when place >= 0 && text[place] is '+' or '/' or '=' =>
                new(
                    expected, $"{found}; \"{text[place]}\" at {place + 1}, which is base64 and not base64url",
                    "Encode it as RFC 7515 section 2 says: - and _ in place of + and /, and no =."),
            _ when place >= 0 =>
                new(expected, $"{found}; a character that is none of base64url at {place + 1}", "Copy the token whole and alone."),
            _ when parts == 5 =>
                new(
                    expected, $"{found}: an encrypted token (JWE)",
                    "Turn off the encryption of access tokens at the issuer, or give the gateway our private keys in the issuer's " +
                        $"Keys:DecryptionFile."),
            _ when parts == 1 =>
                new(
                    expected, $"{found}: an opaque token",
                    "Have the issuer hand out JWT access tokens for this API, or set the issuer's Introspection: opaque ones can only " +
                        $"be asked about there."),
            _ when parts == 2 || text.EndsWith('.') =>
                new(expected, $"{found}; no signature", "The token was cut, or never signed: unsigned tokens are never accepted."),
            _ =>
                new(
                    expected, $"{found}; a part with a length or last character that no encoder writes",
                    "The token was cut or changed: copy it whole."),
        };
    }

    /// <summary>The JOSE header: strict JSON, known types, no critical extension.</summary>
    public static CheckText OfHeader(scoped in TokenInspection token, bool isFailed)
    {
        const string expected = "a JSON object with no member twice, with `alg`, `kid`, `typ` as text, without `crit` and `b64`";
        if (!isFailed)
        {
            return new(
                expected,
                $"alg {Shown.Text(token.Header.Algorithm)}, kid {Shown.Text(token.Header.KeyId)}, typ {Shown.Text(token.Header.Type)}");
        }

        var buffer = new byte[MaxShown];
        if (!StrictJson.TryParseObject(buffer.AsSpan(0, CompactToken.Decode(token.Parts.Header, buffer)), out var json))
        {
            return new(expected, "no such JSON", "The token was cut or changed, or its maker writes what two parsers read differently.");
        }

        return json.TryGetProperty("crit"u8, out _) || json.TryGetProperty("b64"u8, out _)
            ? new(
                expected, $"`crit` {Shown.Claim(json, "crit")}, `b64` {Shown.Claim(json, "b64")}",
                "Have the issuer sign without extensions that every reader must understand.")
            : new(
                expected, $"alg {Shown.Claim(json, "alg")}, kid {Shown.Claim(json, "kid")}, typ {Shown.Claim(json, "typ")}",
                "Correct at the issuer what is not text, or longer than 256 characters.");
    }

    /// <summary>The claims set, before any claim is interpreted. Of a good one only the names of the claims are shown.</summary>
    public static CheckText OfPayload(scoped in TokenInspection token, bool isFailed)
    {
        const string expected = "a JSON object with no member twice";
        if (!isFailed)
        {
            return new(expected, $"claims {Shown.List(token.Claims.EnumerateObject().Select(claim => claim.Name))}");
        }

        var buffer = new byte[MaxShown];
        var utf8 = buffer.AsSpan(0, CompactToken.Decode(token.Parts.Payload, buffer));
        return IsJson(utf8)
            ? new(
                expected, "JSON, but no object, or with a member twice, half of a surrogate pair, or more than 16 levels",
                "Correct the claims at the issuer: two parsers would read them differently.")
            : new(expected, "no JSON", "The token was cut or changed.");
    }

    /// <summary>Whether a lenient parser reads it. It only tells damaged bytes from JSON that the strict parser rejects.</summary>
    private static bool IsJson(ReadOnlySpan<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetString(utf8));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
