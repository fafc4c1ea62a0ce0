using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Gateway.Commands;

/// <summary>Command lines to copy, at the end of a command's help.</summary>
internal static class Examples
{
    // The key is the command as it is typed after `gateway`.
    private static readonly Dictionary<string, string[]> ByCommand = new(StringComparer.Ordinal)
    {
        ["run"] = ["gateway run --config yarp.json", "gateway run --urls http://localhost:9000"],
        ["check"] = ["gateway check yarp.json", "gateway check --warnings-as-errors --output sarif staging.json production.json"],
        ["explain"] =
        [
            "gateway explain --config yarp.json --route orders < token.txt",
            "gateway explain --config yarp.json --token token.txt --fetch --revocations",
        ],
        ["schema"] = ["gateway schema > yarp.schema.json"],
        ["revoke"] =
        [
            "gateway revoke sub alice --issuer shop --reason 'lost phone'",
            "gateway revoke issuer shop --before 2026-11-21T12:00:00Z",
            "gateway revoke token - < token.txt",
            "kubectl exec deploy/gateway -- gateway revoke sid 4f1c2d",
        ],
        ["revocations"] = ["gateway revocations list --kind sub --prefix ali"],
        ["revocations list"] = ["gateway revocations list", "gateway revocations list --kind sub --prefix ali --output json"],
        ["revocations check"] = ["gateway revocations check sub alice --issuer shop"],
        ["revocations restore"] = ["gateway revocations restore sub alice --issuer shop --reason 'phone found'"],
        ["completion"] = ["source <(gateway completion bash)", "gateway completion zsh > ~/.zfunc/_gateway"],
    };

    /// <summary>Adds the examples to the help of the root and of every command below it.</summary>
    public static void AddTo(RootCommand root)
    {
        // One help option serves all commands, since it is recursive.
        if (root.Options.OfType<HelpOption>().FirstOrDefault() is { Action: HelpAction help } option)
        {
            option.Action = new HelpWithExamples(help);
        }
    }

    /// <summary>The examples of a command, none for most. The root runs the gateway, so it shows those of <c>run</c>.</summary>
    public static IReadOnlyList<string> Of(Command command) =>
        ByCommand.GetValueOrDefault(command is RootCommand ? "run" : PathOf(command), []);

    /// <summary>The command as it is typed after <c>gateway</c>: two commands may have the same last word.</summary>
    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
            ? $"{PathOf(parent)} {command.Name}"
            : command.Name;

    /// <summary>Writes the help of the library into memory, corrects it, and appends the examples.</summary>
    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var output = parseResult.InvocationConfiguration.Output;
            using var text = new StringWriter();
            parseResult.InvocationConfiguration.Output = text;
            var result = help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output = output;
            // The library writes the name of the assembly; the command is typed in lower case.
            output.Write(text.ToString().Replace($"  {RootCommand.ExecutableName}", "  gateway", StringComparison.Ordinal));
            if (Of(parseResult.CommandResult.Command) is { Count: > 0 } lines)
            {
                output.WriteLine("Examples:");
                foreach (var line in lines)
                {
                    output.WriteLine($"  {line}");
                }

                output.WriteLine();
            }

            return result;
        }
    }
}
