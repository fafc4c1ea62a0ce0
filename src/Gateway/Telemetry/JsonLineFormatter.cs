using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Gateway.Foundation;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Gateway.Telemetry;

/// <summary>
/// A log line as JSON, in the form of .NET's own formatter of this name without its repetitions: the message stands once and its template
/// not at all, and text is escaped only where JSON requires it.
/// </summary>
internal sealed class JsonLineFormatter(IOptionsMonitor<JsonConsoleFormatterOptions> options, TimeProvider time)
    : ConsoleFormatter(ConsoleFormatterNames.Json)
{
    private const string Template = "{OriginalFormat}";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var current = options.CurrentValue;
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var buffer = new ArrayBufferWriter<byte>(1024);
        var written = current.JsonWriterOptions with { Encoder = current.JsonWriterOptions.Encoder ?? ReadableJson.Instance };
        using (var json = new Utf8JsonWriter(buffer, written))
        {
            json.WriteStartObject();
            if (current.TimestampFormat is { } format)
            {
                var now = current.UseUtcTimestamp ? time.GetUtcNow() : time.GetLocalNow();
                json.WriteString("Timestamp", now.ToString(format, CultureInfo.InvariantCulture));
            }

            json.WriteNumber("EventId", logEntry.EventId.Id);
            json.WriteString("LogLevel", logEntry.LogLevel.ToString());
            json.WriteString("Category", logEntry.Category);
            json.WriteString("Message", message);
            if (logEntry.Exception is { } fault)
            {
                json.WriteString("Exception", fault.ToString());
            }

            WriteState(json, logEntry.State);
            if (current.IncludeScopes && scopeProvider is not null)
            {
                json.WriteStartArray("Scopes");
                scopeProvider.ForEachScope(static (scope, writer) => writer.WriteStringValue(scope?.ToString()), json);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteState(Utf8JsonWriter json, object? state)
    {
        if (state is not IReadOnlyCollection<KeyValuePair<string, object?>> values || values.All(value => value.Key == Template))
        {
            return;
        }

        json.WriteStartObject("State");
        foreach (var (name, value) in values)
        {
            if (name != Template)
            {
                json.WritePropertyName(name);
                WriteValue(json, value);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
