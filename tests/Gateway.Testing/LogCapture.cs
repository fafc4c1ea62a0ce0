using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Gateway.Testing;

/// <summary>Keeps every log line in memory, as text that a test can search.</summary>
internal sealed class LogCapture : ILoggerProvider
{
    private readonly FakeLoggerProvider _provider = new();

    public IReadOnlyCollection<string> Lines =>
        [.. _provider.Collector.GetSnapshot().Select(line => $"{line.Level} {line.Category} {line.Id.Id}: {line.Message} {line.Exception}")];

    public ILogger CreateLogger(string categoryName) => _provider.CreateLogger(categoryName);

    public void Dispose() => _provider.Dispose();
}
