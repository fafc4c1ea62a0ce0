using Microsoft.Extensions.Logging.Console;

namespace Gateway.Telemetry;

/// <summary>The <c>Logging</c> section: what .NET reads of it. The framework ignores other keys, so they are errors here.</summary>
internal sealed class LoggingSection
{
    /// <summary>The least level by category; <c>Default</c> is for all others.</summary>
    public Dictionary<string, LogLevel>? LogLevel { get; set; }

    public ConsoleLogging? Console { get; set; }

    /// <summary>Lines for the OpenTelemetry collector.</summary>
    public ProviderLogging? OpenTelemetry { get; set; }

    /// <summary>Lines for an attached debugger.</summary>
    public ProviderLogging? Debug { get; set; }

    /// <summary>Lines for event tracing.</summary>
    public ProviderLogging? EventSource { get; set; }

    /// <summary>Lines for the event log of Windows.</summary>
    public ProviderLogging? EventLog { get; set; }
}

/// <summary>Levels of one receiver of log lines.</summary>
internal sealed class ProviderLogging
{
    /// <summary>The least level by category, for this receiver alone.</summary>
    public Dictionary<string, LogLevel>? LogLevel { get; set; }

    /// <summary>Whether a line has its finished text too.</summary>
    public bool? IncludeFormattedMessage { get; set; }

    /// <summary>Whether a line has the scopes it is in.</summary>
    public bool? IncludeScopes { get; set; }

    /// <summary>Whether the values of a line are read from its state.</summary>
    public bool? ParseStateValues { get; set; }
}

/// <summary>Lines on standard output.</summary>
internal sealed class ConsoleLogging
{
    /// <summary>The least level by category, for the console alone.</summary>
    public Dictionary<string, LogLevel>? LogLevel { get; set; }

    /// <summary>The form of a line. Default <c>Json</c>; in the Development environment <c>Simple</c>.</summary>
    public ConsoleFormatterName? FormatterName { get; set; }

    public ConsoleFormatting? FormatterOptions { get; set; }

    /// <summary>Lines of this level and above go to standard error.</summary>
    public LogLevel? LogToStandardErrorThreshold { get; set; }

    /// <summary>What happens when the console is slower than the gateway. Default <c>Wait</c>.</summary>
    public ConsoleLoggerQueueFullMode? QueueFullMode { get; set; }

    /// <summary>Lines that wait for the console at most. Default 2500, range 1 to 1000000.</summary>
    public int? MaxQueueLength { get; set; }
}

/// <summary>The forms of a line on the console.</summary>
internal enum ConsoleFormatterName
{
    Simple,
    Json,
    Systemd,
}

/// <summary>Details of the form of a line.</summary>
internal sealed class ConsoleFormatting
{
    /// <summary>Whether a line has the scopes it is in.</summary>
    public bool? IncludeScopes { get; set; }

    /// <summary>A .NET format for the time of a line.</summary>
    public string? TimestampFormat { get; set; }

    /// <summary>Whether the time is in UTC.</summary>
    public bool? UseUtcTimestamp { get; set; }

    /// <summary>For <c>Simple</c>: whether an entry is one line.</summary>
    public bool? SingleLine { get; set; }

    /// <summary>For <c>Simple</c>: whether levels have colours.</summary>
    public LoggerColorBehavior? ColorBehavior { get; set; }

    public JsonFormatting? JsonWriterOptions { get; set; }
}

/// <summary>For <c>Json</c>.</summary>
internal sealed class JsonFormatting
{
    /// <summary>Whether an entry spans lines.</summary>
    public bool? Indented { get; set; }
}
