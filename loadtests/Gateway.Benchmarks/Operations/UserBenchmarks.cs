using System.Security.Claims;
using BenchmarkDotNet.Attributes;
using Gateway.Authentication;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Operations;

/// <summary>
/// The cost of setting <c>HttpContext.User</c> and the authenticate result for a verified token: for requests whose user is not accessed,
/// which are all requests that the gateway itself handles, and for requests whose user code of a fork accesses.
/// </summary>
[MemoryDiagnoser]
public class UserBenchmarks
{
    private OperationGateway _gateway = null!;
    private VerifiedToken _token = null!;
    private DefaultHttpContext _context = null!;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _gateway = await OperationGateway.StartAsync();
        _token = await _gateway.KnowAsync(_gateway.Token("user"));
        _context = new DefaultHttpContext();
    }

    [GlobalCleanup]
    public async Task EndAsync() => await _gateway.DisposeAsync();

    /// <summary>Every request with a good token.</summary>
    [Benchmark(Baseline = true)]
    public void Attach() => new RequestUser(_token).AttachTo(_context);

    /// <summary>One that is asked for its user, and for its name.</summary>
    [Benchmark]
    public string? AttachAndAsk()
    {
        new RequestUser(_token).AttachTo(_context);
        return _context.User.Identity!.Name;
    }

    /// <summary>The first time for a token.</summary>
    [Benchmark]
    public ClaimsIdentity MakeIdentity() => new TokenIdentity(_token);
}
