using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Gateway.Commands;

/// <summary>Reads the values of options. The library's own messages for an invalid value show .NET types.</summary>
internal static class OptionValues
{
    /// <summary>
    /// A time in ISO 8601. One without an offset is UTC and not the time zone of the machine, which may differ from that of the user.
    /// </summary>
    public static DateTimeOffset? Time(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        result.AddError($"{NameOf(result)}: \"{text}\" is not a time. Write it in ISO 8601, such as 2026-01-31T12:00:00Z.");
        return null;
    }

    /// <summary>Completions of the names of an enumeration, in lower case as in the descriptions.</summary>
    public static void Suggest<T>(Option option)
        where T : struct, Enum
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add(NamesOf<T>());
    }

    /// <summary>One of the names of an enumeration, without regard to case.</summary>
    public static T OneOf<T>(ArgumentResult result)
        where T : struct, Enum
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            return Enum.Parse<T>(known);
        }

        result.AddError($"{NameOf(result)}: \"{text}\" is none of {string.Join(", ", NamesOf<T>())}.");
        return default;
    }

    private static string[] NamesOf<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];

    private static string NameOf(ArgumentResult result) => result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
}
