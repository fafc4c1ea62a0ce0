namespace Gateway.Settings;

/// <summary>The context that the checks of all sections share.</summary>
/// <param name="Report">Collects the errors.</param>
/// <param name="Document">The file as written. Unlike the bound configuration it keeps empty objects and the order of keys.</param>
/// <param name="Folder">The folder of yarp.json, at which relative paths start.</param>
/// <param name="IsDevelopment">True in the Development environment, where issuers and keys may use http.</param>
internal sealed record SettingsContext(ConfigurationReport Report, YarpJson Document, string Folder, bool IsDevelopment)
{
    /// <summary>The full path, relative to the folder; the folder itself for a path that is empty or absent.</summary>
    public string Resolve(string? path) => Path.GetFullPath(path ?? "", Folder);
}
