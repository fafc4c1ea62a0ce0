using Gateway.Settings;

namespace Gateway.Commands;

/// <summary>The errors and warnings of one file.</summary>
internal sealed record CheckedFile(string Name, IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<ConfigurationError> Warnings);
