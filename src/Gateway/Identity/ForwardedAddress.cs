using System.Net;
using System.Net.Http.Headers;

namespace Gateway.Identity;

/// <summary>A client's address as destinations expect it: a listener for both families sees IPv4 clients as <c>::ffff:10.0.0.7</c>.</summary>
internal static class ForwardedAddress
{
    public const string Header = "X-Forwarded-For";

    // The longest IPv6 address with its scope.
    private const int MaxLength = 65;
    private const int MappedPrefixLength = 7;

    /// <summary>Where YARP has written the address as the listener sees it.</summary>
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
