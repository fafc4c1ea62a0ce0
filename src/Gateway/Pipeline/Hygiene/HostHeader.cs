namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// Checks the raw Host header. <see cref="HttpRequest.Host"/> decodes punycode and throws if that is invalid, so it may be read only after
/// this check.
/// </summary>
internal static class HostHeader
{
    // RFC 5890 section 2.3.1.
    private const string Punycode = "xn--";

    /// <summary>
    /// True for exactly one non-empty host. Removes the dot at the end of a fully qualified name, because routes name hosts without it.
    /// </summary>
    public static bool IsClear(IHeaderDictionary headers)
    {
        // RFC 9112 section 3.2: more than one Host, or none, is an error. A parser that takes the first one and a
        // parser that takes the last one would choose different routes.
        if (headers.Host is not [{ Length: > 0 } value])
        {
            return false;
        }

        // The colon before the port; colons of an IPv6 address are within brackets.
        var colon = value.LastIndexOf(':');
        var end = colon > value.LastIndexOf(']') ? colon : value.Length;
        if (end > 0 && value[end - 1] == '.')
        {
            end--;
            value = string.Concat(value.AsSpan(0, end), value.AsSpan(end + 1));
            headers.Host = value;
        }

        return end > 0 && value[end - 1] != '.' && (!MayBePunycode(value) || IsPunycode(value));
    }

    // The hyphens first: to look for them costs less than to search without regard to case, and few hosts have two in a row.
    private static bool MayBePunycode(string value) =>
        value.Contains("--", StringComparison.Ordinal) && value.Contains(Punycode, StringComparison.OrdinalIgnoreCase);

    private static bool IsPunycode(string value)
    {
        try
        {
            // Decode and encode, because forwarded headers contain the encoded name. Lower case, because names ignore case.
            return HostString.FromUriComponent(value.ToLowerInvariant()).ToUriComponent().Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
