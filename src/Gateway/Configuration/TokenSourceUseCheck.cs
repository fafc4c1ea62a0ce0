using Gateway.Authentication;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>
/// Checks that each token source with a name is read by a policy. Otherwise tokens in it have no effect, most likely because a name is
/// misspelled.
/// </summary>
internal static class TokenSourceUseCheck
{
    public static void Run(GatewayOptions options, ConfigurationReport report)
    {
        var sources = options.TokenSources ?? [];
        var read =
            options.Policies.Values.Select(policy => policy.TokenSource).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (!read.IsSubsetOf(sources.Select(source => source.Name).OfType<string>()))
        {
            // A policy names an unknown source, which is reported there and most likely means this one.
            return;
        }

        foreach (var (i, source) in sources.Index())
        {
            if (source.Name is { } name && !read.Contains(name))
            {
                report.Error(
                    $"Gateway:TokenSources:{i}:{nameof(TokenSourceOptions.Name)}", "no policy reads this source.",
                    $"Write \"TokenSource\": \"{name}\" into a policy, or remove Name or the source.");
            }
        }
    }
}
