using BenchmarkDotNet.Attributes;
using Gateway.Jose;
using Gateway.Runtime;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Operations;

/// <summary>The answer to a bad token: challenge and problem document.</summary>
[MemoryDiagnoser]
public class RefusalBenchmarks
{
    private readonly DefaultHttpContext _context = new();
    private readonly RefusalWriter _refusals = new(detailed: false);
    private RefusalReason _reason;

    [Params(nameof(RefusalReason.BadSignature), nameof(RefusalReason.InsufficientScope))]
    public string Reason { get; set; } = "";

    [GlobalSetup]
    public void Prepare() => _reason = Enum.Parse<RefusalReason>(Reason);

    [Benchmark]
    public async Task<int> Refuse()
    {
        _context.Response.Headers.Clear();
        await _refusals.WriteAsync(_context, _reason, requiredScope: null);
        await _context.Response.BodyWriter.FlushAsync();
        return _context.Response.StatusCode;
    }
}
