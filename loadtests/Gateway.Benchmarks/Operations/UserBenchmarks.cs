using System.Security.Claims;
using BenchmarkDotNet.Attributes;
using Gateway.Authentication;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Operations;

/// <summary>
/// What it costs that a verified token is also <c>HttpContext.User</c> and the authenticate result: for the requests of which nothing asks
/// for it, which are all that the gateway itself handles, and for those of which code of a fork does.
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
