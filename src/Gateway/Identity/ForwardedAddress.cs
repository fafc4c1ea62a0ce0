using System.Net;
using System.Net.Http.Headers;

namespace Gateway.Identity;

/// <summary>
/// Writes the client's address in the form that destinations expect. A listener for IPv4 and IPv6 reports IPv4 clients as
/// <c>::ffff:10.0.0.7</c>.
/// </summary>
internal static class ForwardedAddress
{
    public const string Header = "X-Forwarded-For";

    // The longest IPv6 address with its scope.
    private const int MaxLength = 65;
    private const int MappedPrefixLength = 7;

    /// <summary>Replaces the address in <c>X-Forwarded-For</c> if YARP wrote it in the IPv6 form.</summary>
    public static void Unmap(IPAddress? client, HttpRequestHeaders headers)
    {
        if (client is { IsIPv4MappedToIPv6: true }
            && headers.NonValidated.TryGetValues(Header, out var written) && written.ToString() == client.ToString())
        {
            headers.Remove(Header);
            headers.TryAddWithoutValidation(Header, Of(client));
        }
    }

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
