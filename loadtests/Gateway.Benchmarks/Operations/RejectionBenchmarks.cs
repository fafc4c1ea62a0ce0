using BenchmarkDotNet.Attributes;
using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Jose;
using Gateway.Runtime;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Operations;

/// <summary>The answer to a bad token: challenge and problem document.</summary>
[MemoryDiagnoser]
public class RejectionBenchmarks
{
    private static readonly DpopSettings Dpop = new(TimeSpan.FromMinutes(1), [], Nonce: false, IsAdvertised: false);

    private readonly DefaultHttpContext _context = new();
    private readonly RejectionWriter _rejections =
        new(detailed: false, new DpopChallenge(Dpop, new TokenReader([], [], new ConnectionTokens([], []))));
    private RejectionReason _reason;

    [Params(nameof(RejectionReason.BadSignature), nameof(RejectionReason.InsufficientScope))]
    public string Reason { get; set; } = "";

    [GlobalSetup]
    public void Prepare() => _reason = Enum.Parse<RejectionReason>(Reason);

    [Benchmark]
    public async Task<int> Reject()
    {
        _context.Response.Headers.Clear();
        await _rejections.WriteAsync(_context, _reason, requiredScope: null);
        await _context.Response.BodyWriter.FlushAsync();
        return _context.Response.StatusCode;
    }
}
