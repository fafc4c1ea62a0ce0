using System.Buffers;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Gateway.RouteFeatures.TrustedProxies;

/// <summary><c>X-Forwarded-Prefix</c>: what a proxy has removed from the beginning of the path.</summary>
internal static class ForwardedPathBase
{
    public const string Header = "X-Forwarded-Prefix";

    private const int MaxLength = 1024;

    // Stands for itself in every path: the destination makes links of it.
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

    /// <summary>The prefixes one after the other, the first proxy's first. None where one of them is no path.</summary>
    public static PathString Read(StringValues values)
    {
        if (values.Count == 0 || values.ToString() is not { Length: <= MaxLength } text)
        {
            return PathString.Empty;
        }

        var prefix = new StringBuilder();
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var path = item.TrimEnd('/');
            if (path.Length == 0)
            {
                continue;
            }

            if (path[0] != '/'
                || path.AsSpan().ContainsAnyExcept(Allowed)
                || path[1..].Split('/').Any(segment => segment is "" or "." or ".."))
            {
                return PathString.Empty;
            }

            prefix.Append(path);
        }

        return prefix.ToString();
    }
}
