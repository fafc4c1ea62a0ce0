using Gateway.Benchmarks.Measure.Peers;
using Gateway.Benchmarks.Measure.Plan;
using Jose;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>Makes the requests of each kind of token.</summary>
internal sealed class RequestSources(MeasureSite site, MeasurePlan plan) : IDisposable
{
    private readonly DpopRequests _dpop = new(site.Tokens);

    // All entries of a round send the same tokens.
    private (string Algorithm, int Skip, MeasuredRequest[] Slice) _last = ("", 0, []);

    public RequestSource Of(TokenKind kind) => kind switch
    {
        TokenKind.Known or TokenKind.Check => Bearer(kind, site.KnownToken),
        TokenKind.Many => Bearer(kind, site.KnownToken) with { Turn = _ => Slice("RS256", 0, MeasurePlan.Many) },
        TokenKind.BadSignature => Bearer(kind, site.KnownToken) with
        {
            Turn = _ => [.. File.ReadLines(FileOf("RS256")).Take(MeasurePlan.Many).Select(token => MeasuredRequest.Bearer(Spoilt(token)))],
            Status = 401,
        },
        TokenKind.NewRs256 => New(kind, "RS256"),
        TokenKind.NewEs256 => New(kind, "ES256"),
        TokenKind.NewEdDsa => New(kind, "EdDSA"),
        // Fewer than of other new tokens: the proofs are made before each turn.
        TokenKind.DpopKnown => Dpop(kind, _dpop.Known, plan.TokensPerTurn * 2 / 3),
        TokenKind.DpopNew => Dpop(kind, _dpop.New, plan.TokensPerTurn / 3),
        TokenKind.Encrypted => Bearer(kind, site.Encryption.Encrypt(site.KnownToken, JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM)),
        TokenKind.Opaque => Bearer(kind, MeasureSite.OpaqueToken),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public void Dispose() => _dpop.Dispose();

    private static RequestSource Bearer(TokenKind kind, string token) => new(
        kind, () => MeasuredRequest.Bearer(token), () => MeasuredRequest.Bearer(Spoilt(token)), _ => [MeasuredRequest.Bearer(token)],
        IsCyclic: true);

    private RequestSource Dpop(TokenKind kind, Func<MeasuredRequest> create, int count) =>
        new(kind, create, _dpop.Replayed, _ => [.. Enumerable.Range(0, count).Select(_ => create())], IsCyclic: false);

    private RequestSource New(TokenKind kind, string algorithm) => Bearer(kind, First(algorithm)) with
    {
        // The first token is for the checks.
        Turn = round => Slice(algorithm, 1 + (round * plan.TokensPerTurn), plan.TokensPerTurn),
        IsCyclic = false,
    };

    private string First(string algorithm) => File.ReadLines(FileOf(algorithm)).First();

    private MeasuredRequest[] Slice(string algorithm, int skip, int count)
    {
        if (_last.Algorithm != algorithm || _last.Skip != skip)
        {
            _last = (algorithm, skip, [.. File.ReadLines(FileOf(algorithm)).Skip(skip).Take(count).Select(MeasuredRequest.Bearer)]);
        }

        return _last.Slice.Length == count
            ? _last.Slice
            : throw new InvalidOperationException(
                $"{FileOf(algorithm)} has too few tokens. Delete its folder, so that the next run signs them again.");
    }

    private string FileOf(string algorithm) => Path.Combine(site.Tokens, $"{algorithm}.txt");

    /// <summary>With another character near its end: a signature or a tag that does not fit, or an unknown opaque token.</summary>
    private static string Spoilt(string token) => $"{token[..^9]}{(token[^9] == 'A' ? 'B' : 'A')}{token[^8..]}";
}
