using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// Which settings are never shown: ours by <see cref="SecretAttribute"/>, YARP's by this table, and what an address carries along.
/// </summary>
internal static partial class SecretSettings
{
    /// <summary>Stands in place of a secret. Its length tells nothing about that of the secret.</summary>
    public const string Hidden = "***";

    // Places for values that only their owner knows the meaning of, such as an API key that a route matches or a destination is sent.
    private static readonly ImmutableHashSet<(Type, string)> OfYarp =
    [
        (typeof(RouteHeader), nameof(RouteHeader.Values)),
        (typeof(RouteQueryParameter), nameof(RouteQueryParameter.Values)),
        // Since YARP 2.2.
        (typeof(ActiveHealthCheckConfig), "Query"),
        (typeof(RouteConfig), nameof(RouteConfig.Metadata)),
        (typeof(ClusterConfig), nameof(ClusterConfig.Metadata)),
        (typeof(DestinationConfig), nameof(DestinationConfig.Metadata)),
    ];

    // Transforms whose value is the name of something.
    private static readonly ImmutableArray<string> Naming = ["HttpMethodChange", "RequestHeaderRouteValue", "QueryRouteParameter"];

    // `user:password@` in an address. .NET also accepts white space anywhere but at the start of the host, and a backslash for a slash.
    [GeneratedRegex(@"(?<=:[/\\]{2})[^/?#]*@")]
    private static partial Regex UserInfo { get; }

    [GeneratedRegex(@"(?<=\A[A-Za-z][A-Za-z0-9+.-]*:[/\\]{2}[^?#]*[?#]).+", RegexOptions.Singleline)]
    private static partial Regex QueryAndFragment { get; }

    // The same in a sentence, which may name several addresses.
    [GeneratedRegex(@"(?<=://)[^/?#\s]*@")]
    private static partial Regex UserInfoInText { get; }

    public static bool IsSecret(PropertyInfo property) =>
        property.IsDefined(typeof(SecretAttribute)) || OfYarp.Contains((property.DeclaringType!, property.Name));

    /// <summary>True when a member of a transform holds the value of a header or of a query parameter.</summary>
    public static bool IsSecret(IEnumerable<string> transform, string member) =>
        (member.Equals("Set", StringComparison.OrdinalIgnoreCase) || member.Equals("Append", StringComparison.OrdinalIgnoreCase))
        && !transform.Any(name => Naming.Contains(name, StringComparer.OrdinalIgnoreCase));

    /// <summary>Without the credentials, the query and the fragment of an address.</summary>
    public static string Show(string text) => QueryAndFragment.Replace(UserInfo.Replace(text.Trim(), $"{Hidden}@"), Hidden);

    /// <summary>Without the credentials of the addresses in it.</summary>
    public static string ShowMessage(string text) => UserInfoInText.Replace(text, $"{Hidden}@");
}
