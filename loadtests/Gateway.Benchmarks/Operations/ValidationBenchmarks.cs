using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tokens;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using JsonWebKeySet = Gateway.Jose.JsonWebKeySet;

namespace Gateway.Benchmarks.Operations;

/// <summary>A token that is not known: one whole validation, ours beside IdentityModel's, which checks less.</summary>
[MemoryDiagnoser]
public class ValidationBenchmarks
{
    private readonly JsonWebTokenHandler _handler = new();
    private AccessTokenValidator _validator = null!;
    private TokenValidationParameters _parameters = null!;
    private string _token = null!;

    [Params("RS256", "PS256", "ES256", "ES384", "ES512")]
    public string Algorithm { get; set; } = "RS256";

    [GlobalSetup]
    public void Prepare()
    {
        const string issuer = "https://idp.bench.test";
        var key = Algorithm switch
        {
            "ES256" => SigningKey.Ec(),
            "ES384" => SigningKey.Ec(curve: "nistP384"),
            "ES512" => SigningKey.Ec(curve: "nistP521"),
            _ => SigningKey.Rsa(),
        };
        var document = new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString();
        _ = JsonWebKeySet.TryParse(System.Text.Encoding.UTF8.GetBytes(document), out var ring, out _);
        var keys = new IssuerKeys("bench", new JwksFileSource("unused"));
        keys.Replace(ring!);
        var profile = new IssuerProfile
        {
            Name = "bench",
            Issuer = issuer,
            Audiences = ["shop-api"],
            Algorithms = [Enum.Parse<SignatureAlgorithm>(Algorithm)],
            TokenTypes = ["at+jwt"],
            ClockSkew = TimeSpan.FromMinutes(1),
            MaxLifetime = TimeSpan.FromDays(1),
            RequireTokenId = true,
            Keys = keys,
        };
        _validator = new AccessTokenValidator(new IssuerDirectory([profile], []), TimeProvider.System);
        _parameters = new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = "shop-api",
            IssuerSigningKeys = new Microsoft.IdentityModel.Tokens.JsonWebKeySet(document).GetSigningKeys(),
        };
        var token = new TokenBuilder(key, issuer, null, Algorithm);
        _token = token.With("exp", token.Claims["iat"]!.GetValue<long>() + 80_000).Build();
    }

    [Benchmark(Baseline = true)]
    public Task<TokenValidationResult> IdentityModel() => _handler.ValidateTokenAsync(_token, _parameters);

    [Benchmark]
    public bool Gateway() =>
        _validator.Inspect(_token, out var token) is null && AccessTokenValidator.Verify(_token, token!).IsAccepted;
}
