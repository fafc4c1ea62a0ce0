using System.Collections.Immutable;
using System.Text.Json;
using Gateway.Settings;

namespace Gateway.Revocation;

/// <summary>Checks <c>Gateway:Revocation:Lookup</c>.</summary>
internal static class LookupCheck
{
    private const string Section = "Gateway:Revocation:Lookup";
    private const int MostKeys = 8;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>Null when look-ups are not configured.</summary>
    public static LookupSettings? Build(LookupOptions? options, SettingsContext context)
    {
        var report = context.Report;
        if (options is null)
        {
            // Configuration binds an empty object to null, like a missing one.
            if (context.Document.Find(Section) is { Kind: JsonTokenType.StartObject })
            {
                report.Error(Section, "the look-up has no keys.", "Set Keys, or leave Lookup out.");
            }

            return null;
        }

        report.Range($"{Section}:Timeout", options.Timeout, Shortest, Longest);
        report.Range($"{Section}:CacheFor", options.CacheFor, TimeSpan.Zero, Longest);

        if (options.Keys is not { Count: > 0 and <= MostKeys } texts)
        {
            report.Error($"{Section}:Keys", "this needs 1 to 8 keys.", "Name one, such as revoked:{jti}.");
            return null;
        }

        var keys = ImmutableArray.CreateBuilder<LookupKey>();
        for (var i = 0; i < texts.Count; i++)
        {
            if (LookupKey.TryParse(texts[i], out var key, out var unknown))
            {
                keys.Add(key!);
            }
            else if (unknown is not null)
            {
                report.Error($"{Section}:Keys:{i}", "this placeholder is unknown.", Suggestion.For(unknown, LookupKey.Placeholders));
            }
            else
            {
                report.Error(
                    $"{Section}:Keys:{i}", "this key has no valid placeholder, so it would not depend on the token.",
                    "Put a placeholder such as {jti} into it, and no other braces.");
            }
        }

        return new LookupSettings(keys.ToImmutable(), options.Timeout, options.CacheFor);
    }
}
