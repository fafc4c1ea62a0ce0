using Microsoft.Extensions.Logging.Console;

namespace Gateway.Telemetry;

/// <summary>The keys of the <c>Logging</c> section that .NET reads. The framework ignores other keys; here they are errors.</summary>
internal sealed class LoggingSection
{
    /// <summary>The minimum level for each category; <c>Default</c> applies to all others.</summary>
    public Dictionary<string, LogLevel>? LogLevel { get; set; }

    public ConsoleLogging? Console { get; set; }

    /// <summary>Log lines for the OpenTelemetry collector.</summary>
    public ProviderLogging? OpenTelemetry { get; set; }

    /// <summary>Log lines for an attached debugger.</summary>
    public ProviderLogging? Debug { get; set; }

    /// <summary>Log lines for event tracing.</summary>
    public ProviderLogging? EventSource { get; set; }

    /// <summary>Log lines for the event log of Windows.</summary>
    public ProviderLogging? EventLog { get; set; }
}

/// <summary>The settings of one logging provider.</summary>
internal sealed class ProviderLogging
{
    /// <summary>The minimum level for each category, for this provider only.</summary>
    public Dictionary<string, LogLevel>? LogLevel { get; set; }

    /// <summary>Include the formatted message in each line.</summary>
    public bool? IncludeFormattedMessage { get; set; }

    /// <summary>Include the scopes in each line.</summary>
    public bool? IncludeScopes { get; set; }

    /// <summary>Read the values of a line from its state.</summary>
    public bool? ParseStateValues { get; set; }
}

/// <summary>Log lines on standard output.</summary>
internal sealed class ConsoleLogging
{
    /// <summary>The minimum level for each category, for the console only.</summary>
    public Dictionary<string, LogLevel>? LogLevel { get; set; }

    /// <summary>The format of a line. Default <c>Json</c>; in the Development environment <c>Simple</c>.</summary>
    public ConsoleFormatterName? FormatterName { get; set; }

    public ConsoleFormatting? FormatterOptions { get; set; }

    /// <summary>Lines of this level and above are written to standard error.</summary>
    public LogLevel? LogToStandardErrorThreshold { get; set; }

    /// <summary>The behaviour when the queue of console lines is full. Default <c>Wait</c>.</summary>
    public ConsoleLoggerQueueFullMode? QueueFullMode { get; set; }

    /// <summary>The most lines in the queue for the console. Default 2500, range 1 to 1000000.</summary>
    public int? MaxQueueLength { get; set; }
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
    public bool? IncludeScopes { get; set; }

    /// <summary>The .NET format string of the timestamp.</summary>
    public string? TimestampFormat { get; set; }

    /// <summary>Write timestamps in UTC.</summary>
    public bool? UseUtcTimestamp { get; set; }

    /// <summary>For <c>Simple</c>: write each entry on one line.</summary>
    public bool? SingleLine { get; set; }

    /// <summary>For <c>Simple</c>: write levels in colours.</summary>
    public LoggerColorBehavior? ColorBehavior { get; set; }

    public JsonFormatting? JsonWriterOptions { get; set; }
}

/// <summary>Options of the <c>Json</c> format.</summary>
internal sealed class JsonFormatting
{
    /// <summary>Write each entry indented, on several lines.</summary>
    public bool? Indented { get; set; }
}
