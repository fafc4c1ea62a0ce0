namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// Reads the host as it was sent. <see cref="HttpRequest.Host"/> decodes punycode and throws where that is none, so it may be read only after
/// this check.
/// </summary>
internal static class HostHeader
{
    // RFC 5890 section 2.3.1.
    private const string Punycode = "xn--";

    /// <summary>One non-empty host. The dot that ends a fully qualified name goes, or it would name a host that no route knows.</summary>
    public static bool IsClear(IHeaderDictionary headers)
    {
        if (headers.Host is not [{ Length: > 0 } value])
        {
            return false;
        }

        // The colon before the port, which an IPv6 address has more of, each within brackets.
        var colon = value.LastIndexOf(':');
        var end = colon > value.LastIndexOf(']') ? colon : value.Length;
        if (end > 0 && value[end - 1] == '.')
        {
            end--;
            value = string.Concat(value.AsSpan(0, end), value.AsSpan(end + 1));
            headers.Host = value;
        }

        return end > 0 && value[end - 1] != '.' && (!value.Contains(Punycode, StringComparison.OrdinalIgnoreCase) || IsPunycode(value));
    }

    private static bool IsPunycode(string value)
    {
        try
        {
            // Both ways, because forwarded headers carry the name encoded again; in any case, because names have none.
            return HostString.FromUriComponent(value.ToLowerInvariant()).ToUriComponent().Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
