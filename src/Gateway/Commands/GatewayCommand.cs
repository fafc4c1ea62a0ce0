using System.CommandLine;

namespace Gateway.Commands;

/// <summary>The command line.</summary>
internal static class GatewayCommand
{
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
            new CompletionCommand(),
        };
        // Without a command the root runs the gateway, with the options of `run`.
        RunCommand.AddTo(root);
        Examples.AddTo(root);
        return root;
    }
}
