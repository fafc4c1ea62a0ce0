using System.CommandLine;
using Gateway.Commands;

var command = GatewayCommand.Create().Parse(args);
// The command line would end the process two seconds after SIGTERM; requests under way and telemetry may need longer, and the host's own
// limit counts.
var exitCode = await command.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return command.Errors.Count > 0 ? ExitCode.Usage : exitCode;
