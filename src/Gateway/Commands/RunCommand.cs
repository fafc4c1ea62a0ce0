using System.CommandLine;
using Gateway.Configuration;
using Gateway.Configuration.Listening;
using Gateway.Host;
using Gateway.Settings;

namespace Gateway.Commands;

/// <summary><c>gateway [run]</c>: runs until SIGTERM or Ctrl+C.</summary>
internal sealed class RunCommand : Command
{
    public RunCommand()
        : base("run", "Runs the gateway.") => AddTo(this);

    /// <summary>Gives a command the options and the action of <c>run</c>: that command itself, and the root.</summary>
    public static void AddTo(Command command)
    {
        var config = ConfigOption.Create();
        var urls =
            new Option<string?>("--urls")
            {
                Description = "The public addresses, separated by semicolons. Default: http://*:8080.",
                HelpName = "URLS",
            };
        command.Options.Add(config);
        command.Options.Add(urls);
        command.SetAction((result, cancellationToken) => RunAsync(result.GetValue(config)!, result.GetValue(urls), cancellationToken));
    }

    /// <param name="urls">Null to take the addresses of the file or the environment.</param>
    private static async Task<int> RunAsync(string config, string? urls, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string?>();
        if (urls is not null)
        {
            settings[WebHostDefaults.ServerUrlsKey] = urls;
        }

        try
        {
            await using var app = await GatewayApp.BuildAsync(new GatewayAppOptions { ConfigFile = config, Settings = settings });
            // After the build and before the start: the configuration is known to be good, and no listener is open yet.
            if (TakenPort.Find(app) is { } taken)
            {
                await Console.Error.WriteLineAsync($"The gateway cannot start: {taken}");
                return ExitCode.Unavailable;
            }

            // Disposed before the app, whose lifetime it listens to.
            using var second = new SecondSignal(app.Lifetime);
            await app.RunAsync(cancellationToken);
            return ExitCode.Done;
        }
        catch (ConfigurationException fault)
        {
            await ReportAsync(fault.Errors, "nothing was started");
            return ExitCode.Findings;
        }
        catch (IOException fault)
        {
            // In nearly every case a port that another program has taken since TakenPort.Find.
            await Console.Error.WriteLineAsync($"The gateway cannot start: {fault.Message}");
            return ExitCode.Unavailable;
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            // What the framework says of an address in --urls or the Kestrel section.
            await Console.Error.WriteLineAsync($"The gateway cannot start: {fault.Message}");
            return ExitCode.Findings;
        }
    }

    /// <param name="consequence">What the errors prevented, such as <c>nothing was started</c>; none for a check.</param>
    public static async Task ReportAsync(IReadOnlyList<ConfigurationError> errors, string? consequence)
    {
        foreach (var error in errors)
        {
            await Console.Error.WriteLineAsync(error.ToString());
        }

        var end = consequence is null ? "" : $"; {consequence}";
        await Console.Error.WriteLineAsync($"The configuration has {errors.Count} error{(errors.Count == 1 ? "" : "s")}{end}.");
    }
}
