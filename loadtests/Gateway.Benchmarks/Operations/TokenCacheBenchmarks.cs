using BenchmarkDotNet.Attributes;

namespace Gateway.Benchmarks.Operations;

/// <summary>A token that is known: found, and looked at for expiry, key and revocation.</summary>
[MemoryDiagnoser]
public class TokenCacheBenchmarks
{
    private OperationGateway _gateway = null!;
    private ReadOnlyMemory<char> _token;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _gateway = await OperationGateway.StartAsync();
        _token = _gateway.Token("known");
        await _gateway.KnowAsync(_token);
    }

    [GlobalCleanup]
    public async Task EndAsync() => await _gateway.DisposeAsync();

    [Benchmark]
    public bool Hit()
    {
        var answer = _gateway.Snapshot.Authenticator.AuthenticateAsync(_token, _gateway.Policy, default, CancellationToken.None);
        return answer.IsCompletedSuccessfully && answer.Result.Token is not null;
    }
}
