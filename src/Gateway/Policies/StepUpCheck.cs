using Gateway.Settings;

namespace Gateway.Policies;

/// <summary>Checks <c>Gateway:Policies:{name}:StepUp</c>.</summary>
internal static class StepUpCheck
{
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(366);

    /// <param name="path">The path of the policy.</param>
    public static StepUp? Build(StepUpOptions? options, string path, SettingsContext context)
    {
        path += ":StepUp";
        var report = context.Report;
        // An object that holds nothing is bound to null, as if it had been left out.
        if (options is { Acr: null, MaxAge: null }
            || (options is null && context.Document.Find(path) is { Kind: System.Text.Json.JsonTokenType.StartObject }))
        {
            report.Error(path, "this asks for nothing.", "Set Acr or MaxAge, or leave StepUp out.");
            return null;
        }

        for (var i = 0; i < options?.Acr?.Count; i++)
        {
            // They are joined by spaces in the challenge (RFC 9470 section 3), inside quotes.
            if (options.Acr[i].Length == 0 || options.Acr[i].Any(c => c is <= ' ' or > '~' or '"' or '\\'))
            {
                report.Error(
                    $"{path}:Acr:{i}", "this is not one `acr` value.",
                    "Values are visible ASCII without spaces, quotes and backslashes; write each as an item of its own.");
            }
        }

        if (options?.MaxAge is { } age && (age < TimeSpan.FromSeconds(1) || age > LongestAge || age.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            report.Error($"{path}:MaxAge", "this is out of range.", "Choose whole seconds, 00:00:01 to 366.00:00:00.");
        }

        return options is null ? null : new StepUp([.. options.Acr ?? []], options.MaxAge);
    }
}
