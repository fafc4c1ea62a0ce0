using BenchmarkDotNet.Running;
using Gateway.Benchmarks;

// `serve NAME URL [DESTINATION]` runs one of the servers that loadtests/compare measures; anything else is BenchmarkDotNet's.
if (args is ["serve", var name, var url, ..])
{
    await using var server = await ComparedServers.BuildAsync(name, url, args.ElementAtOrDefault(3));
    await server.RunAsync();
    return 0;
}

if (args is ["token"])
{
    Console.WriteLine(ComparedServers.CreateToken());
    return 0;
}

// `drill rotation` and `drill unknown-keys` are what loadtests/drills runs; `drill gateway FILE` is the one under the second.
if (args is ["drill", var drill, ..])
{
    switch (drill)
    {
        case "rotation":
            return await RotationCommand.RunAsync();
        case "unknown-keys":
            return await UnknownKeysCommand.RunAsync();
        case "gateway":
            return await DrillGateway.ServeAsync(args[2]);
        default:
            throw new ArgumentException("Known drills: rotation, unknown-keys.", nameof(args));
    }
}

if (args is ["revocation"])
{
    return await RevocationCommand.RunAsync();
}

BenchmarkSwitcher.FromAssembly(typeof(ComparedServers).Assembly).Run(args);
return 0;
