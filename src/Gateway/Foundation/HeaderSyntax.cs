using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Foundation;

/// <summary>The characters of HTTP's field names and values.</summary>
internal static class HeaderSyntax
{
    // RFC 9110 section 5.6.2, `token`.
    public static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // RFC 9110 section 5.5: no control characters but the tab.
    private static readonly SearchValues<char> ControlCharacters =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Append(0x7F).Where(code => code != '\t').Select(code => (char)code)]);

    /// <summary>True for a field name or method (RFC 9110 section 5.1).</summary>
    public static bool IsToken([NotNullWhen(true)] string? name) =>
        !string.IsNullOrEmpty(name) && !name.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>True when the value has no control character. The first test is faster and decides for visible ASCII.</summary>
    public static bool IsValue(ReadOnlySpan<char> value) =>
        !value.ContainsAnyExceptInRange(' ', '~') || !value.ContainsAny(ControlCharacters);
}
