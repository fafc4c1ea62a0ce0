using System.Collections.Immutable;
using System.Text;
using Gateway.Tokens;

namespace Gateway.Revocation;

/// <summary>The look-up in Redis for each request: the checked form of <see cref="LookupOptions"/>.</summary>
internal sealed record LookupSettings(ImmutableArray<LookupKey> Keys, TimeSpan Timeout, TimeSpan CacheFor)
{
    /// <summary>The keys of this token; empty when it lacks a value for each of them.</summary>
    public ImmutableArray<string> KeysOf(AccessToken token) => [.. Keys.Select(key => key.Of(token)).OfType<string>().Distinct()];
}

/// <summary>A Redis key with placeholders for values of the token.</summary>
internal sealed class LookupKey(ImmutableArray<LookupKey.Part> parts)
{
    private static readonly ImmutableDictionary<string, Func<AccessToken, string?>> Values =
        ImmutableDictionary.CreateRange<string, Func<AccessToken, string?>>(
    [
        new("jti", token => token.TokenId),
        new("sub", token => token.Subject),
        new("sid", token => token.SessionId),
        new("client", token => token.ClientId),
        new("iss", token => token.Issuer.Issuer),
    ]);

    public static IEnumerable<string> Placeholders => Values.Keys.Order();

    /// <summary>
    /// Reads the text of a key. If a placeholder is unknown, <paramref name="unknown"/> is its name; it is null for other mistakes.
    /// </summary>
    public static bool TryParse(string text, out LookupKey? key, out string? unknown)
    {
        var parts = ImmutableArray.CreateBuilder<Part>();
        key = null;
        unknown = null;
        for (var place = 0; place < text.Length;)
        {
            var open = text.IndexOfAny(['{', '}'], place);
            if (open < 0)
            {
                parts.Add(new Part(text[place..], null));
                break;
            }

            var close = text.IndexOf('}', open);
            if (text[open] == '}' || close < 0)
            {
                return false;
            }

            var name = text[(open + 1)..close];
            if (!Values.TryGetValue(name, out var value))
            {
                unknown = name;
                return false;
            }

            parts.Add(new Part(text[place..open], value));
            place = close + 1;
        }

        key = new LookupKey(parts.ToImmutable());
        // A key without a placeholder would revoke all tokens.
        return parts.Any(part => part.Value is not null);
    }

    /// <summary>The key of this token, or null when it lacks a value.</summary>
    public string? Of(AccessToken token)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part.Text);
            if (part.Value is not { } read)
            {
                continue;
            }

            if (read(token) is not { Length: > 0 } value)
            {
                return null;
            }

            text.Append(value);
        }

        return text.ToString();
    }

    /// <summary>A piece of text, and the value that follows it.</summary>
    internal sealed record Part(string Text, Func<AccessToken, string?>? Value);
}
