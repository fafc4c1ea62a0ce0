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

BenchmarkSwitcher.FromAssembly(typeof(ComparedServers).Assembly).Run(args);
return 0;
