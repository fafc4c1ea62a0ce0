using System.Globalization;
using BenchmarkDotNet.Attributes;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Benchmarks.Operations;

/// <summary>
/// Whether a token is revoked, by each of the names it goes by: 1,024 tokens in turn, so that the list's memory is not at hand.
/// </summary>
[MemoryDiagnoser]
public class RevocationBenchmarks
{
    private const int Tokens = 1024;
    private const int AtOnce = 10_000;

    private readonly AccessToken[] _revoked = new AccessToken[Tokens];
    private readonly AccessToken[] _good = new AccessToken[Tokens];
    private readonly RevocationSet _set = new();
    private int _next;

    /// <summary>The most entries there are, however many a benchmark asks for: the short mode has no time for ten million.</summary>
    public static int Most { get; set; } = int.MaxValue;

    [Params(0, 1_000_000, 10_000_000)]
    public int Entries { get; set; }

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        await using var gateway = await OperationGateway.StartAsync();
        var count = Math.Min(Entries, Most);
        foreach (var some in Enumerable.Range(0, count).Chunk(AtOnce))
        {
            _set.Apply([.. some.Select(i => new RevocationEntry(RevocationKind.Jti, gateway.Issuer, Name(i), OperationGateway.Expires))]);
        }

        if (count > 0)
        {
            // One of each kind, because a kind without entries is not looked up.
            _set.Apply(
                [.. Enum.GetValues<RevocationKind>().Select(kind =>
                    new RevocationEntry(kind, "https://other.test", "other", OperationGateway.Expires))]);
        }

        for (var i = 0; i < Tokens; i++)
        {
            _revoked[i] = (await gateway.KnowAsync(gateway.Token(Name(i * Math.Max(1, count / Tokens))))).Token;
            _good[i] = (await gateway.KnowAsync(gateway.Token(Name(i) + "-good"))).Token;
        }
    }

    [Benchmark]
    public bool Revoked() => _set.IsRevoked(_revoked[_next++ % Tokens]);

    [Benchmark]
    public bool Good() => _set.IsRevoked(_good[_next++ % Tokens]);

    private static string Name(int number) => number.ToString("x32", CultureInfo.InvariantCulture);
}
