using BenchmarkDotNet.Attributes;
using Gateway.Authentication.SenderConstraint;
using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Benchmarks.Operations;

/// <summary>Requests with DPoP-bound tokens, beside the signature checks that they cannot do without. Each proof is used once.</summary>
[MemoryDiagnoser]
[InvocationCount(Proofs)]
public class DpopBenchmarks
{
    private const int Proofs = 1000;
    private const string Target = "https://api.example.com/private/orders";

    private readonly SigningKey _key = SigningKey.Ec();
    private readonly (string Token, string Proof)[] _known = new (string, string)[Proofs];
    private readonly (string Token, string Proof)[] _new = new (string, string)[Proofs];
    private readonly DefaultHttpContext _context = new();
    private OperationGateway _gateway = null!;
    private VerificationKey _proofKey = null!;
    private DpopProof _proof = null!;
    private int _next;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _gateway = await OperationGateway.StartAsync();
        _context.Request.Method = HttpMethods.Get;
        _context.Request.Scheme = "https";
        _context.Request.Headers.Host = "api.example.com";
        _context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/private/orders";
    }

    /// <summary>Proofs that no iteration has used, of a token that is known and of tokens that are not.</summary>
    [IterationSetup]
    public void Renew()
    {
        _next = 0;
        var known = Bound("known");
        for (var i = 0; i < Proofs; i++)
        {
            _known[i] = (known, Proof(known));
            var fresh = Bound(Guid.NewGuid().ToString("N"));
            _new[i] = (fresh, Proof(fresh));
        }

        Authenticate((known, Proof(known)));
        if (!DpopProof.TryRead(_known[0].Proof, out var proof) || !proof!.Key.TryImport(out var key))
        {
            throw new InvalidOperationException("The proof is rejected.");
        }

        (_proof, _proofKey) = (proof, key);
    }

    [GlobalCleanup]
    public async Task EndAsync()
    {
        await _gateway.DisposeAsync();
        _key.Dispose();
    }

    /// <summary>The signature of one proof alone.</summary>
    [Benchmark(Baseline = true)]
    public bool ProofSignature() => TokenParts.IsSigned(_known[_next++ % Proofs].Proof, _proof.Algorithm, _proofKey);

    /// <summary>A known token with a new proof.</summary>
    [Benchmark]
    public bool KnownToken() => Authenticate(_known[_next++ % Proofs]);

    /// <summary>A token that was not seen before: two signatures.</summary>
    [Benchmark]
    public bool NewToken() => Authenticate(_new[_next++ % Proofs]);

    private string Bound(string id) => _gateway.BoundToken(id, ProofBuilder.Thumbprint(_key));

    private string Proof(string token) => new ProofBuilder(_key).For(HttpMethod.Get, Target, token).Build();

    private bool Authenticate((string Token, string Proof) sent)
    {
        _context.Request.Headers[DpopProof.Name] = sent.Proof;
        var evidence = new SenderEvidence(_context, _gateway.Snapshot.Settings.Dpop, isDpop: true, null, null);
        var outcome = _gateway.Snapshot.Authenticator.AuthenticateAsync(
            sent.Token.AsMemory(), Policies.RoutePolicy.Authenticated, evidence, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        // A rejection costs less than what is to be measured.
        return outcome.Token is not null
            ? true
            : throw new InvalidOperationException($"The request is rejected: {outcome.Rejection?.Reason}.");
    }
}
