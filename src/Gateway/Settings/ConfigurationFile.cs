using System.Security.Cryptography;

namespace Gateway.Settings;

/// <summary>The content of yarp.json at one moment, wherever links lead: what is followed is what is written, not when or where.</summary>
internal sealed class ConfigurationFile
{
    private readonly string _name;
    private readonly byte[] _content;

    private ConfigurationFile(string path, byte[] content)
    {
        _name = Path.GetFileName(path);
        _content = content;
        Hash = Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>The SHA-256 of the content in hex.</summary>
    public string Hash { get; }

    /// <exception cref="ConfigurationException">The file cannot be read.</exception>
    public static ConfigurationFile Read(string path)
    {
        try
        {
            return new ConfigurationFile(path, File.ReadAllBytes(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var problem = Directory.Exists(path) ? "this is a folder."
                : fault is FileNotFoundException or DirectoryNotFoundException ? "there is no such file."
                : fault is UnauthorizedAccessException ? "the permission is missing."
                : "the disk or the path does not answer.";
            throw new ConfigurationException([new ConfigurationError(path, "", $"cannot be read: {problem}", "Name a readable file with --config or GATEWAY_CONFIG.")]);
        }
    }

    /// <exception cref="ConfigurationException">The content is not JSON, or a key occurs twice.</exception>
    public YarpJson Parse() => YarpJson.Parse(_name, _content);
}
