using BenchmarkDotNet.Attributes;

namespace Gateway.Benchmarks.Operations;

/// <summary>
/// A whole request, less the kernel: the client's bytes, the server, the proxy, the bytes to the destination, and back. What the gateway
/// takes longer than bare YARP is what it costs; <c>path</c> measures them in turn.
/// </summary>
[MemoryDiagnoser]
public class RequestPathBenchmarks
{
    private RequestPath _path = null!;

    [ParamsAllValues]
    public PathLoad Load { get; set; }

    [GlobalSetup(Target = nameof(BareYarp))]
    public async Task PrepareBareAsync() => _path = await RequestPath.StartAsync("bare", Load);

    [GlobalSetup(Target = nameof(JwtBearer))]
    public async Task PrepareStockAsync() => _path = await RequestPath.StartAsync("stock", Load);

    [GlobalSetup(Target = nameof(Gateway))]
    public async Task PrepareGatewayAsync() => _path = await RequestPath.StartAsync("gateway", Load);

    [GlobalCleanup]
    public async Task EndAsync() => await _path.DisposeAsync();

    [Benchmark(Baseline = true)]
    public Task BareYarp() => _path.SendAsync();

    [Benchmark]
    public Task JwtBearer() => _path.SendAsync();

    [Benchmark]
    public Task Gateway() => _path.SendAsync();
}
