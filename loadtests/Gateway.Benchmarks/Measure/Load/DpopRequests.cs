using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Benchmarks.Servers;
using Gateway.Testing;
using Base64Url = System.Buffers.Text.Base64Url;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>Requests with tokens that are bound to a key of the client, each with a new proof (RFC 9449).</summary>
internal sealed class DpopRequests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Ec();
    private readonly ProofBuilder _proof;
    private readonly string _header;
    private readonly TokenSigner _signer;
    private readonly string _known;
    private readonly string _knownHash;
    private MeasuredRequest? _used;
    private int _count;

    public DpopRequests(string tokens)
    {
        _proof = new ProofBuilder(_key);
        _header = _proof.Header.ToJsonString();
        _signer = new TokenSigner(tokens, "ES256");
        _known = Sign();
        _knownHash = Hash(_known);
    }

    /// <summary>The same token each time.</summary>
    public MeasuredRequest Known() => _used = new MeasuredRequest($"DPoP {_known}", Proof(_knownHash));

    public MeasuredRequest New()
    {
        var token = Sign();
        return _used = new MeasuredRequest($"DPoP {token}", Proof(Hash(token)));
    }

    /// <summary>The last request once more: its proof has been used.</summary>
    public MeasuredRequest Replayed() => _used ?? throw new InvalidOperationException("No request was made yet.");

    public void Dispose()
    {
        _key.Dispose();
        _signer.Dispose();
    }

    private static string Hash(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    private string Sign() => _signer.Sign(TokensCommand.With(
        TokensCommand.Claims(string.Create(CultureInfo.InvariantCulture, $"dpop-{Guid.NewGuid():N}-{_count++}")),
        ("cnf", new JsonObject { ["jkt"] = ProofBuilder.Thumbprint(_key) })));

    private string Proof(string tokenHash)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return _proof.Build(_header, string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"jti":"{{Guid.NewGuid():N}}","htm":"GET","htu":"http://{{MeasuredRequest.Host}}/orders/1","iat":{{now}},"ath":"{{tokenHash}}"}"""));
    }
}
