using System.Globalization;
using BenchmarkDotNet.Attributes;
using Gateway.Jose;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Benchmarks.Operations;

/// <summary>
/// A token's first request: looked for, validated, asked for in the revocation list, its headers built, offered to the cache; beside its
/// signature alone.
/// </summary>
[MemoryDiagnoser]
public class NewTokenBenchmarks
{
    private const int Remembered = 64;

    private readonly ReadOnlyMemory<char>[] _tokens = new ReadOnlyMemory<char>[1024];
    private OperationGateway _gateway = null!;
    private TokenKey _key = null!;
    private int _next;

    [Params("RS256", "ES256")]
    public string Algorithm { get; set; } = "RS256";

    [Params("none", "jti", "all")]
    public string Revoked { get; set; } = "none";

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _gateway = await OperationGateway.StartAsync(maxEntries: Remembered);
        for (var i = 0; i < _tokens.Length; i++)
        {
            _tokens[i] = _gateway.Token(i.ToString(CultureInfo.InvariantCulture), Algorithm);
        }

        // The cache is full of others, and lets none in that comes once: so each request is a first one.
        for (var i = 0; i < 8 * Remembered; i++)
        {
            _ = await _gateway.KnowAsync(_gateway.Token($"other-{i}", Algorithm));
        }

        _key = (await _gateway.KnowAsync(_gateway.Token("key", Algorithm))).Key!;
        foreach (var kind in Enum.GetValues<RevocationKind>().Where(kind => Revoked == "all" || RevocationNames.Of(kind) == Revoked))
        {
            _gateway.Revocations.Apply([new RevocationEntry(kind, "https://other.test", "other", OperationGateway.Expires)]);
        }
    }

    [GlobalCleanup]
    public async Task EndAsync() => await _gateway.DisposeAsync();

    [Benchmark(Baseline = true)]
    public bool Signature() => TokenParts.IsSigned(_tokens[_next++ % _tokens.Length].Span, _key.Algorithm, _key.Key);

    [Benchmark]
    public bool FirstRequest()
    {
        var answer = _gateway.Snapshot.Authenticator.AuthenticateAsync(
            _tokens[_next++ % _tokens.Length], _gateway.Policy, default, CancellationToken.None);
        return answer.IsCompletedSuccessfully && answer.Result.Token is not null;
    }
}
