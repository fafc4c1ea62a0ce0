using Gateway.Commands;

var command = GatewayCommand.Create().Parse(args);
var exitCode = await command.InvokeAsync();
return command.Errors.Count > 0 ? GatewayCommand.Usage : exitCode;
