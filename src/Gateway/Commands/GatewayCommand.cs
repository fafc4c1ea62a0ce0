using System.CommandLine;

namespace Gateway.Commands;

/// <summary>
/// The command line. Exit codes: 0 done, 1 the configuration or the input has errors (or what was checked is revoked or refused), 2 wrong usage,
/// 3 something outside is unavailable.
/// </summary>
internal static class GatewayCommand
{
    public const int Done = 0;
    public const int Findings = 1;
    public const int Usage = 2;
    public const int Unavailable = 3;

    public static RootCommand Create()
    {
        var root = new RootCommand("A reverse proxy that checks JWT access tokens. Without a command it runs the gateway.")
        {
            new RunCommand(),
            new CheckCommand(),
            new ExplainCommand(),
            new SchemaCommand(),
            new RevokeCommand(),
            new RevocationsCommand(),
        };
        RunCommand.AddTo(root);
        return root;
    }
}

/// <summary>The option that names yarp.json.</summary>
internal static class ConfigOption
{
    public static Option<string> Create() => new("--config")
    {
        Description = "The configuration file. Default: GATEWAY_CONFIG, else yarp.json beside the program.",
        HelpName = "FILE",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("GATEWAY_CONFIG") is { Length: > 0 } file
            ? file
            : Path.Combine(AppContext.BaseDirectory, "yarp.json"),
    };
}
