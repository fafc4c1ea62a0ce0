using System.CommandLine;
using Gateway.Commands;
using Gateway.Configuration;
using Gateway.Host;
using Gateway.Revocation;
using Gateway.Settings;
using Gateway.Telemetry;

namespace Gateway.Sandbox;

/// <summary>The first five minutes: a destination, an issuer and the gateway in one process, all on loopback.</summary>
internal static class Program
{
    private static readonly Option<int> GatewayPort = PortOption("--gateway", 8080, "Port of the gateway.");
    private static readonly Option<int> ManagementPort = PortOption("--management", 8081, "Port of the gateway's management listener.");
    private static readonly Option<int> IssuerPort = PortOption("--issuer", 8090, "Port of the development issuer.");
    private static readonly Option<int> DestinationPort = PortOption("--destination", 8091, "Port of the echo destination.");

    private static Task<int> Main(string[] args)
    {
        var command = new RootCommand("Runs the gateway with an embedded issuer and an echo destination, and prints calls to try.")
        {
            GatewayPort,
            ManagementPort,
            IssuerPort,
            DestinationPort,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new SandboxPorts(
                parsed.GetValue(GatewayPort),
                parsed.GetValue(ManagementPort),
                parsed.GetValue(IssuerPort),
                parsed.GetValue(DestinationPort)),
            cancellationToken));

        // The hosts handle Ctrl+C and SIGTERM themselves, and a clean stop is a success.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(SandboxPorts ports, CancellationToken cancellationToken)
    {
        if (ports.FindConflict() is { } conflict)
        {
            await Console.Error.WriteLineAsync(conflict);
            return 1;
        }

        try
        {
            await RunUntilStoppedAsync(ports, cancellationToken);
            return 0;
        }
        catch (ConfigurationException fault)
        {
            // yarp.json is there to be edited, so this happens in the first five minutes.
            await RunCommand.ReportAsync(fault.Errors, "nothing was started");
            return 1;
        }
        catch (IOException fault)
        {
            // Another program took a port after it was checked, or it is not ours to take; Kestrel's message names it.
            await Console.Error.WriteLineAsync(
                $"{fault.Message} Choose another port with --gateway, --management, --issuer or --destination.");
            return 1;
        }
    }

    private static async Task RunUntilStoppedAsync(SandboxPorts ports, CancellationToken cancellationToken)
    {
        await using var gateway = await GatewayApp.BuildAsync(new GatewayAppOptions
        {
            ConfigFile = Path.Combine(AppContext.BaseDirectory, "yarp.json"),
            Environment = Environments.Development,
            Settings = ports.GatewaySettings,
        });
        HomePage.Map(gateway, ports);
        var writer = gateway.Services.GetRequiredService<RevocationWriter>();
        await using var issuer = new DevelopmentIssuer(ports.Issuer, TimeProvider.System, (entries, _) => AppendAsync(writer, entries));
        await using var destination = new EchoDestination(ports.Destination);

        await destination.StartAsync(cancellationToken);
        await issuer.StartAsync(cancellationToken);
        await gateway.StartAsync(cancellationToken);

        await Console.Out.WriteAsync(Banner.Text(ports));
        var pulse = Pulse.RunAsync(
            gateway.Services.GetRequiredService<RecentRequests>(), ports, TimeProvider.System, Console.Out,
            gateway.Lifetime.ApplicationStopping);
        await gateway.WaitForShutdownAsync(cancellationToken);
        await pulse;
    }

    private static async ValueTask AppendAsync(RevocationWriter writer, IReadOnlyList<RevocationEntry> entries)
    {
        if (await writer.AppendAsync(entries) == RevocationOutcome.NotKept)
        {
            throw new IOException("The revocation log did not take the revocation.");
        }
    }

    private static Option<int> PortOption(string name, int port, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "PORT", DefaultValueFactory = _ => port };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 65535)
            {
                result.AddError($"{name} must be a port from 1 to 65535.");
            }
        });
        return option;
    }
}
