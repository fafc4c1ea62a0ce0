using BenchmarkDotNet.Attributes;
using Gateway.Authentication;
using Gateway.Policies;

namespace Gateway.Benchmarks.Operations;

/// <summary>A policy with scopes and two rules on claims: decided for a new token, and remembered with a known one.</summary>
[MemoryDiagnoser]
public class PolicyBenchmarks
{
    private OperationGateway _gateway = null!;
    private RoutePolicy _policy = null!;
    private VerifiedToken _token = null!;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _gateway = await OperationGateway.StartAsync();
        _policy = _gateway.Policy;
        _token = await _gateway.KnowAsync(_gateway.Token("known"));
        if (_token.Decide(_policy).Rejected is { } why)
        {
            throw new InvalidOperationException($"The policy rejects the token: {why}.");
        }
    }

    [GlobalCleanup]
    public async Task EndAsync() => await _gateway.DisposeAsync();

    [Benchmark]
    public bool NewToken() => _policy.Decide(_token.Token).Rejected is null;

    [Benchmark]
    public bool KnownToken() => _token.Decide(_policy).Rejected is null;
}
