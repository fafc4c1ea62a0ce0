using System.Collections.Frozen;
using System.Text.Json;
using Gateway.Settings;

namespace Gateway.RouteFeatures.Clusters;

/// <summary>Checks <c>Gateway:Clusters</c>.</summary>
internal static class ClusterLimitsCheck
{
    private const string Section = "Gateway:Clusters";
    private const int MostAttempts = 5;
    private const int MostInFlight = 1_000_000;

    /// <param name="known">The ids of YARP's clusters.</param>
    public static FrozenDictionary<string, ClusterSettings> Build(
        Dictionary<string, ClusterOptions> clusters, string[] known, SettingsContext context)
    {
        var ids = known.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var built = new Dictionary<string, ClusterSettings>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, options) in clusters)
        {
            var path = $"{Section}:{name}";
            if (!ids.TryGetValue(name, out var id))
            {
                context.Report.Error(path, "there is no such cluster in ReverseProxy:Clusters.", Suggestion.For(name, known));
            }

            Check(path, options, context);
            built[name] = new ClusterSettings(
                id ?? name, options.MaxInFlight, options.Retry is { } retry ? new RetrySettings(retry.Attempts, retry.Budget) : null,
                options.Exchange);
        }

        return built.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static void Check(string path, ClusterOptions options, SettingsContext context)
    {
        var report = context.Report;
        report.Range($"{path}:{nameof(ClusterOptions.MaxInFlight)}", options.MaxInFlight, 1, MostInFlight);

        path += $":{nameof(ClusterOptions.Retry)}";
        if (context.Document.Find(path) is { Kind: JsonTokenType.StartObject } && context.Document.ChildrenOf(path) is [])
        {
            report.Error(path, "this is empty.", $"Write \"{nameof(RetryOptions.Attempts)}\": 1, or leave it out.");
        }

        if (options.Retry is not { } retry)
        {
            return;
        }

        if (retry.Attempts is < 1 or > MostAttempts)
        {
            report.Error(
                $"{path}:{nameof(RetryOptions.Attempts)}", "this is out of range.", $"Choose 1 to {MostAttempts}, or remove Retry.");
        }

        if (!(retry.Budget > 0 && retry.Budget <= 1))
        {
            report.Error(
                $"{path}:{nameof(RetryOptions.Budget)}", "this is out of range.",
                "Choose a share of the requests that is more than 0 and at most 1, such as 0.2.");
        }
    }
}
