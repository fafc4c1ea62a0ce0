using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// The response headers <c>RateLimit-Policy</c> and <c>RateLimit</c> of a limit (draft-ietf-httpapi-ratelimit-headers, structured fields of
/// RFC 9651). Seconds are rounded up, so that a client that keeps to them is never rejected.
/// </summary>
internal sealed class RateLimitFields
{
    public const string Policy = "RateLimit-Policy";
    public const string Limit = "RateLimit";

    private readonly string _name;

    public RateLimitFields(RateLimitSettings settings)
    {
        _name = Quote(settings.Name);
        PolicyValue = settings.Window is { } window
            ? string.Create(CultureInfo.InvariantCulture, $"{_name};q={settings.Permits};w={SecondsOf(window)}")
            : string.Create(CultureInfo.InvariantCulture, $"{_name};q={settings.Permits};qu=\"concurrent-requests\"");
    }

    /// <summary>The same on every response.</summary>
    public StringValues PolicyValue { get; }

    public string Write(in RateLimitCount count)
    {
        var remaining = Math.Max(0, count.Remaining);
        return count.Reset is { } reset
            ? string.Create(CultureInfo.InvariantCulture, $"{_name};r={remaining};t={SecondsOf(reset)}")
            : string.Create(CultureInfo.InvariantCulture, $"{_name};r={remaining}");
    }

    /// <summary>Whole seconds, rounded up.</summary>
    public static long SecondsOf(TimeSpan time) => Math.Max(0, (long)Math.Ceiling(time.TotalSeconds));

    /// <summary>
    /// A String of RFC 9651 section 3.3.3, which is visible ASCII and spaces. The bytes of other characters are percent-encoded.
    /// </summary>
    private static string Quote(string name)
    {
        var text = new StringBuilder("\"", name.Length + 2);
        foreach (var unit in Encoding.UTF8.GetBytes(name))
        {
            if (unit is < (byte)' ' or > (byte)'~')
            {
                text.Append('%').Append(unit.ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(unit is (byte)'"' or (byte)'\\' ? "\\" : "").Append((char)unit);
            }
        }

        return text.Append('"').ToString();
    }
}
