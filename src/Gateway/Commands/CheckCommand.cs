using System.CommandLine;
using Gateway.Configuration;

namespace Gateway.Commands;

/// <summary><c>gateway check FILE</c>: every check that a start makes, without starting.</summary>
internal sealed class CheckCommand : Command
{
    public CheckCommand()
        : base("check", "Checks a configuration and reports every error with its place and cure.")
    {
        var file = new Argument<string>("FILE") { Description = "A yarp.json." };
        Arguments.Add(file);
        SetAction((result, _) => CheckAsync(result.GetValue(file)!));
    }

    private static async Task<int> CheckAsync(string file)
    {
        try
        {
            await GatewayApp.CheckAsync(new GatewayAppOptions { ConfigFile = file });
            Console.WriteLine($"{file}: no errors.");
            return GatewayCommand.Done;
        }
        catch (ConfigurationException fault)
        {
            await RunCommand.ReportAsync(fault.Errors);
            return GatewayCommand.Findings;
        }
    }
}
