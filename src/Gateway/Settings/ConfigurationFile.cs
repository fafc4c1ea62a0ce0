using System.Security.Cryptography;

namespace Gateway.Settings;

/// <summary>
/// The content of yarp.json at one moment. Changes are detected by content and not by time or path, because Kubernetes replaces a mounted
/// file by moving a symbolic link.
/// </summary>
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
                : fault is FileNotFoundException or DirectoryNotFoundException ? "the file does not exist."
                : fault is UnauthorizedAccessException ? "the gateway has no permission to read it."
                : "reading the file failed.";
            throw new ConfigurationException(
                [new ConfigurationError(path, "", $"cannot be read: {problem}", "Name a readable file with --config or GATEWAY_CONFIG.")]);
        }
    }

    /// <exception cref="ConfigurationException">The content is not JSON, or a key occurs twice.</exception>
    public YarpJson Parse() => YarpJson.Parse(_name, _content);
}
