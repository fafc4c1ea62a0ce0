using System.Net;

namespace Gateway.Identity;

/// <summary>A client's address as destinations expect it: a listener for both families sees IPv4 clients as <c>::ffff:10.0.0.7</c>.</summary>
internal static class ForwardedAddress
{
    // The longest IPv6 address with its scope.
    private const int MaxLength = 65;
    private const int MappedPrefixLength = 7;

    public static string Of(IPAddress address)
    {
        if (!address.IsIPv4MappedToIPv6)
        {
            return address.ToString();
        }

        Span<char> text = stackalloc char[MaxLength];
        return address.TryFormat(text, out var length) ? text[MappedPrefixLength..length].ToString() : address.MapToIPv4().ToString();
    }
}
