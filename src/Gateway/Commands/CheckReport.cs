using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Gateway.Foundation;
using Gateway.Settings;

namespace Gateway.Commands;

/// <summary>One finding for programs.</summary>
/// <param name="Level"><c>error</c> or <c>warning</c>.</param>
/// <param name="Line">Null for what has no place in the file, such as an override.</param>
internal sealed partial record FindingDocument(
    string Rule, string Level, int? Line, int? Column, string Location, string Path, string Problem, string Cure)
{
    public static IEnumerable<FindingDocument> Of(CheckedFile file) =>
        file.Errors.Select(error => Of(error, "error")).Concat(file.Warnings.Select(warning => Of(warning, "warning")));

    /// <summary>Line and column at the end of a location.</summary>
    [GeneratedRegex(@":(\d+):(\d+)\z")]
    private static partial Regex Place { get; }

    /// <param name="level">As in <see cref="Level"/>.</param>
    private static FindingDocument Of(ConfigurationError finding, string level)
    {
        var place = Place.Match(finding.Location);
        return new FindingDocument(
            finding.Rule,
            level,
            place.Success ? int.Parse(place.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null,
            place.Success ? int.Parse(place.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : null,
            finding.Location,
            finding.Path,
            finding.Problem,
            finding.Cure);
    }
}

/// <summary>One file of the JSON, with its counts.</summary>
internal sealed record CheckedFileDocument(string File, int Errors, int Warnings, FindingDocument[] Findings);

/// <summary>The findings of <c>gateway check</c> as JSON.</summary>
internal static class CheckReport
{
    /// <summary>A list with one item for each file, also for files without findings.</summary>
    public static string Json(IEnumerable<CheckedFile> files) => JsonSerializer.Serialize(
        files.Select(
            file => new CheckedFileDocument(file.Name, file.Errors.Count, file.Warnings.Count, [.. FindingDocument.Of(file)])).ToArray(),
        CheckJson.Readable.CheckedFileDocumentArray);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CheckedFileDocument[]))]
internal sealed partial class CheckJson : JsonSerializerContext
{
    public static CheckJson Readable => field ??= new(ReadableJson.Of(Default.Options));
}
