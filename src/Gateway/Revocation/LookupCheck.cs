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

    /// <summary>Null when nothing is to be looked up.</summary>
    public static LookupSettings? Build(LookupOptions? options, SettingsContext context)
    {
        var report = context.Report;
        if (options is null)
        {
            // An object that holds nothing is bound to null, as if it had been left out.
            if (context.Document.Find(Section) is { Kind: JsonTokenType.StartObject })
            {
                report.Error(Section, "this looks nothing up.", "Set Keys, or leave Lookup out.");
            }

            return null;
        }

        if (options.Timeout < Shortest || options.Timeout > Longest)
        {
            report.Error($"{Section}:Timeout", "this is out of range.", "Choose 00:00:00.001 to 00:00:01.");
        }

        if (options.CacheFor < TimeSpan.Zero || options.CacheFor > Longest)
        {
            report.Error($"{Section}:CacheFor", "this is out of range.", "Choose 00:00:00 to 00:00:01.");
        }

        if (options.Keys is not { Count: > 0 and <= MostKeys } texts)
        {
            report.Error($"{Section}:Keys", "one to 8 keys are required.", "Name one, such as revoked:{jti}.");
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
                report.Error($"{Section}:Keys:{i}", "this key names no token.", "Put a placeholder such as {jti} into it, and no other braces.");
            }
        }

        return new LookupSettings(keys.ToImmutable(), options.Timeout, options.CacheFor);
    }
}
