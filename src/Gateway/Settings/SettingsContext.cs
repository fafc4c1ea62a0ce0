namespace Gateway.Settings;

/// <summary>What the checks of each section need beside the section itself.</summary>
/// <param name="Report">Where errors go.</param>
/// <param name="Document">The file as it is written, which also knows what holds nothing and what comes first.</param>
/// <param name="Folder">The folder of yarp.json, from which relative paths start.</param>
/// <param name="IsDevelopment">Whether http is good enough for issuers and keys.</param>
internal sealed record SettingsContext(ConfigurationReport Report, YarpJson Document, string Folder, bool IsDevelopment)
{
    public string Resolve(string path) => Path.GetFullPath(path, Folder);
}
