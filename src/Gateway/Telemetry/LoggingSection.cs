using Microsoft.Extensions.Logging.Console;

namespace Gateway.Telemetry;

/// <summary>The keys of the <c>Logging</c> section that .NET reads. The framework ignores other keys; here they are errors.</summary>
internal sealed class LoggingSection
{
    /// <summary>The minimum level for each category; <c>Default</c> applies to all others.</summary>
    public Dictionary<string, LogLevel>? LogLevel { get; init; }

    public ConsoleLogging? Console { get; init; }

    /// <summary>Log lines for the OpenTelemetry collector.</summary>
    public ProviderLogging? OpenTelemetry { get; init; }

    /// <summary>Log lines for an attached debugger.</summary>
    public ProviderLogging? Debug { get; init; }

    /// <summary>Log lines for event tracing.</summary>
    public ProviderLogging? EventSource { get; init; }

    /// <summary>Log lines for the event log of Windows.</summary>
    public ProviderLogging? EventLog { get; init; }
}

/// <summary>The settings of one logging provider.</summary>
internal sealed class ProviderLogging
{
    /// <summary>The minimum level for each category, for this provider only.</summary>
    public Dictionary<string, LogLevel>? LogLevel { get; init; }

    /// <summary>Include the formatted message in each line.</summary>
    public bool? IncludeFormattedMessage { get; init; }

    /// <summary>Include the scopes in each line.</summary>
    public bool? IncludeScopes { get; init; }

    /// <summary>Read the values of a line from its state.</summary>
    public bool? ParseStateValues { get; init; }
}

/// <summary>Log lines on standard output.</summary>
internal sealed class ConsoleLogging
{
    /// <summary>The minimum level for each category, for the console only.</summary>
    public Dictionary<string, LogLevel>? LogLevel { get; init; }

    /// <summary>The format of a line. Default <c>Json</c>; in the Development environment <c>Simple</c>.</summary>
    public ConsoleFormatterName? FormatterName { get; init; }

    public ConsoleFormatting? FormatterOptions { get; init; }

    /// <summary>Lines of this level and above are written to standard error.</summary>
    public LogLevel? LogToStandardErrorThreshold { get; init; }

    /// <summary>The behaviour when the queue of console lines is full. Default <c>Wait</c>.</summary>
    public ConsoleLoggerQueueFullMode? QueueFullMode { get; init; }

    /// <summary>The most lines in the queue for the console. Default 2500, range 1 to 1000000.</summary>
    public int? MaxQueueLength { get; init; }
}

/// <summary>The formats of a line on the console.</summary>
internal enum ConsoleFormatterName
{
    Simple,
    Json,
    Systemd,
}

/// <summary>Options of the console format.</summary>
internal sealed class ConsoleFormatting
{
    /// <summary>Include the scopes in each line.</summary>
    public bool? IncludeScopes { get; init; }

    /// <summary>The .NET format string of the timestamp.</summary>
    public string? TimestampFormat { get; init; }

    /// <summary>Write timestamps in UTC.</summary>
    public bool? UseUtcTimestamp { get; init; }

    /// <summary>For <c>Simple</c>: write each entry on one line.</summary>
    public bool? SingleLine { get; init; }

    /// <summary>For <c>Simple</c>: write levels in colours.</summary>
    public LoggerColorBehavior? ColorBehavior { get; init; }

    public JsonFormatting? JsonWriterOptions { get; init; }
}

/// <summary>Options of the <c>Json</c> format.</summary>
internal sealed class JsonFormatting
{
    /// <summary>Write each entry indented, on several lines.</summary>
    public bool? Indented { get; init; }
}
