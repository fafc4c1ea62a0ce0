using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Revocation;
using Spectre.Console;

namespace Gateway.Commands;

/// <summary>The forms of a list.</summary>
internal enum ListOutput
{
    Table,
    Lines,
    Json,
}

/// <summary>The forms of a single answer.</summary>
internal enum AnswerOutput
{
    Text,
    Json,
}

/// <summary>How the commands show revocations. Any service may write one, so nothing in them is printed as it came.</summary>
internal static class RevocationOutput
{
    // Two facts share a column, so that the table fits into 80 characters.
    private static readonly string[] Columns = ["kind", "issuer", "value", "before\nexpires", "reason\nby"];

    /// <summary>The <c>--output</c> of commands with one result.</summary>
    public static Option<AnswerOutput> AnswerOption()
    {
        var option = new Option<AnswerOutput>("--output")
        {
            Description = "text or json. Default: text.",
            HelpName = "FORM",
            CustomParser = OptionValues.OneOf<AnswerOutput>,
        };
        OptionValues.Suggest<AnswerOutput>(option);
        return option;
    }

    /// <summary>
    /// The <c>--output</c> of a list. Null when it is left out: then a terminal gets the table, and a pipe gets the lines.
    /// </summary>
    public static Option<ListOutput?> ListOption()
    {
        var option = new Option<ListOutput?>("--output")
        {
            Description = "table, lines (tab-separated) or json. Default: table on a terminal, else lines.",
            HelpName = "FORM",
            CustomParser = result => OptionValues.OneOf<ListOutput>(result),
        };
        OptionValues.Suggest<ListOutput>(option);
        return option;
    }

    public static void Write(IReadOnlyList<RevocationEntry> entries, IssuerDirectory issuers, ListOutput output)
    {
        switch (output)
        {
            case ListOutput.Json:
                Write(
                    new RevocationListDocument([.. entries.Select(RevocationDocument.Of)], null),
                    RevocationJson.Readable.RevocationListDocument);
                break;
            case ListOutput.Lines:
                foreach (var entry in entries)
                {
                    Console.WriteLine(LineOf(entry));
                }

                break;
            default:
                AnsiConsole.Write(TableOf(entries, issuers));
                break;
        }
    }

    /// <summary>Writes a document as JSON to standard output.</summary>
    public static void Write<T>(T document, JsonTypeInfo<T> type) => Console.WriteLine(JsonSerializer.Serialize(document, type));

    /// <summary>
    /// One line, whatever is in the entry: none may look like two, or like another. A backslash is doubled; what is no visible character
    /// is written as <c>\u</c> and four digits.
    /// </summary>
    public static string LineOf(RevocationEntry entry) => string.Join('\t', CellsOf(entry));

    /// <param name="seconds">Unix seconds; null for an entry without this time.</param>
    public static string Format(long? seconds) => seconds is { } value ? IsoTime.Of(value) : "-";

    /// <param name="issuers">Their names, which are shorter than the <c>iss</c>.</param>
    private static Table TableOf(IReadOnlyList<RevocationEntry> entries, IssuerDirectory issuers)
    {
        var table = new Table().RoundedBorder();
        foreach (var column in Columns)
        {
            // A time in two pieces cannot be read or copied.
            table.AddColumn(new TableColumn(new Text(column)) { NoWrap = column.StartsWith("before", StringComparison.Ordinal) });
        }

        foreach (var entry in entries)
        {
            // Text, not markup: brackets in an entry are brackets.
            string[] cells = CellsOf(entry with { Issuer = issuers.Named(entry.Issuer)?.Name ?? entry.Issuer });
            table.AddRow(
                new Text(cells[0]), new Text(cells[1]), new Text(cells[2]), new Text($"{cells[3]}\n{cells[4]}"),
                new Text($"{cells[5]}\n{cells[6]}"));
        }

        return table.Caption($"{entries.Count} live");
    }

    // The order is that of the description of `revocations list`; scripts cut the columns of the lines by number.
    private static string[] CellsOf(RevocationEntry entry) =>
    [
        RevocationNames.Of(entry.Kind),
        VisibleText.Escape(entry.Issuer),
        VisibleText.Escape(entry.Value),
        Format(entry.Before),
        Format(entry.Expires),
        VisibleText.Escape(entry.Reason),
        VisibleText.Escape(entry.By),
    ];
}
