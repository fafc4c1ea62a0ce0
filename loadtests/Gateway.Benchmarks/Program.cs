using System.Globalization;
using BenchmarkDotNet.Running;
using Gateway.Benchmarks;
using Gateway.Benchmarks.Growth;
using Gateway.Benchmarks.Measure;
using Gateway.Benchmarks.Operations;
using Gateway.Benchmarks.Servers;
using Gateway.Benchmarks.Steady;
using Gateway.Testing.Drills;

switch (args)
{
    // One of the servers that others are measured beside, in a process of its own.
    case ["serve", var name, var settings]:
        await ComparedServers.ServeAsync(name, ServerSettings.Read(settings));
        return 0;

    // What loadtests/measure.sh runs: processor time a request beside other servers or with other settings of the runtime, and whether that
    // finds a slow-down of 3 %.
    case ["measure", var artifacts]:
        return await StopSignals.GuardAsync(stop => MeasureCommand.RunAsync(artifacts, MeasureCommand.StandardPlan, stop));
    case ["measure", var artifacts, "--settings"]:
        return await StopSignals.GuardAsync(stop => MeasureCommand.RunAsync(artifacts, MeasureCommand.SettingsPlan, stop));
    case ["measure", var artifacts, "--self-test"]:
        return await StopSignals.GuardAsync(stop => SelfTest.RunAsync(artifacts, runs: 1, stop));
    case ["measure", var artifacts, "--self-test", var runs]:
        return await StopSignals.GuardAsync(stop => SelfTest.RunAsync(artifacts, int.Parse(runs, CultureInfo.InvariantCulture), stop));

    // What loadtests/drills runs; `drill gateway FILE` is the one under the second.
    case ["drill", "rotation"]:
        return await RotationCommand.RunAsync();
    case ["drill", "unknown-keys"]:
        return await UnknownKeysCommand.RunAsync();
    case ["drill", "spread"]:
        return await SpreadCommand.RunAsync();
    case ["drill", "store-faults"]:
        return await StoreFaultsCommand.RunAsync();
    case ["drill", "put-back"]:
        return await PutBackCommand.RunAsync();
    case ["drill", "long-start"]:
        return await LongStartCommand.RunAsync();
    case ["drill", "list-model"]:
        await DocsBlock.WriteAsync("list-model", new ListModel().Table(revocationsPerSecond: 100));
        return 0;
    case ["drill", "overload" or "soak" or "rest" or "start" or "tail"]:
        return await SteadyCommand.RunAsync(args[1]);
    case ["drill", "growth"]:
        return await GrowthCommand.RunAsync();
    case ["drill", "gateway", var file]:
        return await DrillGateway.ServeAsync(file);
    case ["drill", ..]:
        throw new ArgumentException(
            "Known drills: rotation, unknown-keys, spread, store-faults, put-back, long-start, list-model, overload, soak, rest, start, " +
                "tail, growth.",
            nameof(args));

    // What .ci/run runs: every benchmark once.
    case ["short"]:
        return await ShortCommand.RunAsync();

    // What the revocation list costs in memory and in time.
    case ["revocation"]:
        return await RevocationCommand.RunAsync();

    // What a request costs the gateway and JwtBearer beyond bare YARP, less the kernel; with a server's name and a load,
    // one of the processes that measure it.
    case ["path"]:
        return await PathCommand.RunAsync(nameof(PathLoad.Known));
    case ["path", var load]:
        return await PathCommand.RunAsync(load);
    case ["path", var load, "assertion"]:
        return await PathCommand.RunWithAssertionAsync(load);
    case ["path", var load, "before", var program]:
        return await PathCommand.RunAsync(load, program);
    case ["path", var server, var load]:
        return await PathCommand.ServeAsync(server, load);

    // What a rate limit costs, counted by the replica and in Redis.
    case ["shared-limits"]:
        return await SharedLimitCommand.RunAsync();

    // What tokens that come once do to the cache of verified ones.
    case ["cache"]:
        return CacheCommand.Run();

    // Anything else is BenchmarkDotNet's.
    default:
        BenchmarkSwitcher.FromAssembly(typeof(ComparedServers).Assembly).Run(args);
        return 0;
}
