using System.CommandLine;

namespace Gateway.Commands;

/// <summary>The option that names yarp.json.</summary>
internal static class ConfigOption
{
    /// <summary>
    /// A new <c>--config</c> for each command. An empty GATEWAY_CONFIG counts as not set, because templates of deployments leave variables
    /// empty.
    /// </summary>
    public static Option<string> Create() => new("--config")
    {
        Description = "The configuration file. Default: GATEWAY_CONFIG, else yarp.json beside the program.",
        HelpName = "FILE",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("GATEWAY_CONFIG") is { Length: > 0 } file
            ? file
            : Path.Combine(AppContext.BaseDirectory, "yarp.json"),
    };
}
