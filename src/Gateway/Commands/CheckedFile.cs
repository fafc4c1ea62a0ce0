using Gateway.Settings;

namespace Gateway.Commands;

/// <summary>What is wrong with one file, and what is risky in it.</summary>
internal sealed record CheckedFile(string Name, IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<ConfigurationError> Warnings);
