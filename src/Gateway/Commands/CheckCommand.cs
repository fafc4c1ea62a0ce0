using System.CommandLine;
using Gateway.Configuration;
using Gateway.Host;
using Gateway.Settings;

namespace Gateway.Commands;

/// <summary>The forms of a check's findings.</summary>
internal enum CheckOutput
{
    Text,
    Json,
    Sarif,
}

/// <summary><c>gateway check FILE...</c>: every check that a start makes, and warnings, without starting.</summary>
internal sealed class CheckCommand : Command
{
    private readonly Argument<string[]> _files = new("FILE") { Description = "One yarp.json or several.", Arity = ArgumentArity.OneOrMore };

    private readonly Option<CheckOutput> _output =
        new("--output")
        {
            Description = "text, json or sarif (SARIF 2.1.0). Default: text.",
            HelpName = "FORM",
            CustomParser = OptionValues.OneOf<CheckOutput>,
        };

    private readonly Option<bool> _strict = new("--warnings-as-errors") { Description = "Exit code 1 for warnings too." };

    public CheckCommand()
        : base("check", "Checks configurations and reports every error and every risky setting with its place and cure.")
    {
        Arguments.Add(_files);
        OptionValues.Suggest<CheckOutput>(_output);
        Options.Add(_output);
        Options.Add(_strict);
        SetAction((result, _) => CheckAsync(result));
    }

    /// <summary>Checks all files, also after one with errors, so that a pipeline shows every finding of a change at once.</summary>
    private async Task<int> CheckAsync(ParseResult result)
    {
        var files = new List<CheckedFile>();
        foreach (var file in result.GetValue(_files)!)
        {
            files.Add(await CheckAsync(file));
        }

        switch (result.GetValue(_output))
        {
            case CheckOutput.Json:
                Console.WriteLine(CheckReport.Json(files));
                break;
            case CheckOutput.Sarif:
                Console.WriteLine(SarifReport.Of(files));
                break;
            default:
                foreach (var file in files)
                {
                    await WriteAsync(file, files.Count > 1);
                }

                break;
        }

        return files.Exists(file => file.Errors.Count > 0 || (file.Warnings.Count > 0 && result.GetValue(_strict)))
            ? ExitCode.Findings
            : ExitCode.Done;
    }

    /// <summary>
    /// Reads the file as a start does, with the environment's overrides. Warnings are found only in a file without errors.
    /// </summary>
    private static async Task<CheckedFile> CheckAsync(string file)
    {
        try
        {
            return new CheckedFile(file, [], (await GatewayApp.ReadAsync(new GatewayAppOptions { ConfigFile = file })).Warnings);
        }
        catch (ConfigurationException fault)
        {
            return new CheckedFile(file, fault.Errors, []);
        }
    }

    /// <summary>Findings go to standard error, so that standard output has one line for each file without errors.</summary>
    /// <param name="isNamed">True when there are several files, so that each list of findings needs a heading.</param>
    private static async Task WriteAsync(CheckedFile file, bool isNamed)
    {
        if (isNamed && file.Errors.Count + file.Warnings.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{file.Name}:");
        }

        foreach (var warning in file.Warnings)
        {
            await Console.Error.WriteLineAsync(
                $"{warning.Location}: warning {warning.Rule}: {warning.Path}: {warning.Problem} {warning.Cure}");
        }

        if (file.Errors.Count > 0)
        {
            await RunCommand.ReportAsync(file.Errors, consequence: null);
        }
        else
        {
            var warnings = file.Warnings.Count switch { 0 => "", 1 => ", 1 warning", var count => $", {count} warnings" };
            Console.WriteLine($"{file.Name}: no errors{warnings}.");
        }
    }
}
