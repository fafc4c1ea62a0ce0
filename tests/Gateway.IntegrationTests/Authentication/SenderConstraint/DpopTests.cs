using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Authentication.SenderConstraint;

/// <summary>Tokens that are bound to a key, and the proofs of it (RFC 9449 section 7).</summary>
public sealed class DpopTests : IClassFixture<DpopGateway>
{
    private const string Algorithms = "DPoP algs=\"ES256 RS256 PS256 Ed25519 EdDSA\"";
    private const string BadProof = $"{Algorithms}, error=\"invalid_dpop_proof\"";
    private const string Unproven = "Bearer error=\"invalid_token\", " + Algorithms;

    private readonly DpopGateway _parts;

    public DpopTests(DpopGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("/private/orders")]
    [InlineData("/transformed/orders")]
    [InlineData("/bound/orders")]
    public async Task Proven_token_passes_each_time_and_its_proof_stays_here(string path)
    {
        var token = _parts.Token();
        for (var i = 0; i < 3; i++)
        {
            using var response = await _parts.SendAsync(token, _parts.Proof(token, path).Build(), $"{path}?page={i}");

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            _parts.Destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
            _parts.Destination.Last.Header("DPoP").ShouldBeNull();
            _parts.Destination.Last.Header("Authorization").ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("EdDSA")]
    [InlineData("Ed25519")]
    public async Task Key_may_be_of_another_type(string algorithm)
    {
        using var key = algorithm.StartsWith("Ed", StringComparison.Ordinal) ? SigningKey.Ed25519() : SigningKey.Rsa();
        var token = DpopGateway.Bound(_parts.Issuer, key);
        var proof = new ProofBuilder(key, algorithm: algorithm).For(HttpMethod.Get, $"{_parts.Gateway.Address}/private/orders", token);

        using var response = await _parts.SendAsync(token, proof.Build());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Proof_passes_once_in_whatever_spelling()
    {
        var token = _parts.Token();
        var proof = _parts.Proof(token).Build();
        (await StatusAsync(token, proof)).ShouldBe(200);

        using var again = await _parts.SendAsync(token, proof);

        await again.ShouldBeProblemAsync(401);
        again.Raw("WWW-Authenticate").ShouldBe(BadProof);
        (await StatusAsync(token, EcdsaTwinOf(proof))).ShouldBe(401);
        (await StatusAsync(token, _parts.Proof(token).Build())).ShouldBe(200);
    }

    [Fact]
    public async Task Concurrent_uses_of_one_proof_pass_once()
    {
        var token = _parts.Token();
        var proof = _parts.Proof(token).Build();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => StatusAsync(token, proof)));

        answers.Count(status => status == 200).ShouldBe(1);
        answers.ShouldAllBe(status => status == 200 || status == 401);
        _parts.Destination.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Bound_token_is_no_bearer_token_with_its_proof_or_without()
    {
        var token = _parts.Token();
        using var bearer = TestGateway.Request(HttpMethod.Get, "/private/orders", token);
        bearer.Headers.Add("DPoP", _parts.Proof(token).Build());

        using var withProof = await _parts.Gateway.Client.SendAsync(bearer, TestContext.Current.CancellationToken);
        using var without = await _parts.Gateway.GetAsync("/private/orders", token);

        foreach (var response in new[] { withProof, without })
        {
            await response.ShouldBeProblemAsync(401);
            response.Raw("WWW-Authenticate").ShouldBe(Unproven);
        }

        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Token_without_binding_is_rejected_with_the_scheme_and_where_binding_is_required()
    {
        var token = _parts.Issuer.Token().Build();

        using var asDpop = await _parts.SendAsync(token, _parts.Proof(token).Build());
        using var required = await _parts.Gateway.GetAsync("/bound/orders", token);
        using var bearer = await _parts.Gateway.GetAsync("/private/orders", token);

        asDpop.Raw("WWW-Authenticate").ShouldBe(BadProof);
        required.Raw("WWW-Authenticate").ShouldBe(Unproven);
        (await required.ShouldBeProblemAsync(401))["reason"]!.GetValue<string>().ShouldBe("proof_missing");
        bearer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Request_without_token_learns_of_the_scheme_where_binding_is_required()
    {
        using var required = await _parts.Gateway.GetAsync("/bound/orders");
        using var other = await _parts.Gateway.GetAsync("/private/orders");

        required.Raw("WWW-Authenticate").ShouldBe($"Bearer, {Algorithms}");
        other.Raw("WWW-Authenticate").ShouldBe("Bearer");
    }

    [Fact]
    public async Task Proof_comes_in_exactly_one_header()
    {
        var token = _parts.Token();
        using var none = ProofBuilder.Request(HttpMethod.Get, "/private/orders", token);
        using var two =
            ProofBuilder.Request(HttpMethod.Get, "/private/orders", token, _parts.Proof(token).Build(), _parts.Proof(token).Build());
        using var joined =
            ProofBuilder.Request(HttpMethod.Get, "/private/orders", token, $"{_parts.Proof(token).Build()},{_parts.Proof(token).Build()}");
        using var empty = ProofBuilder.Request(HttpMethod.Get, "/private/orders", token, "");

        foreach (var request in new[] { none, two, joined, empty })
        {
            using var response = await _parts.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
            await response.ShouldBeProblemAsync(401);
        }

        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_schemes_are_two_tokens()
    {
        var token = _parts.Token();
        var proof = _parts.Proof(token).Build();

        var answer = await RawHttp.SendAsync(
            _parts.Gateway.Address,
            $"GET /private/orders HTTP/1.1\r\nHost: {new Uri(_parts.Gateway.Address).Authority}\r\nAuthorization: DPoP " +
                $"{token}\r\nAuthorization: Bearer {token}\r\n"
            + $"DPoP: {proof}\r\nConnection: close\r\n\r\n",
            TestContext.Current.CancellationToken);

        RawHttp.StatusOf(answer).ShouldBe(400);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    public static TheoryData<string, string, string> WrongClaims => new()
    {
        { "htm", "\"POST\"", "method" },
        { "htm", "\"get\"", "case of the method" },
        { "htu", "\"https://127.0.0.1/private/orders\"", "scheme" },
        { "htu", "\"http://127.0.0.1:1/private/orders\"", "port" },
        { "htu", "\"http://attacker.example/private/orders\"", "host" },
        { "htu", "\"/private/orders\"", "path alone" },
        { "ath", "\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\"", "another token" },
        { "iat", "1562262618", "long ago" },
        { "iat", "4000000000", "in the future" },
        { "jti", "\"\"", "no id" },
    };

    [Theory]
    [MemberData(nameof(WrongClaims))]
    public async Task Proof_of_something_else_is_rejected(string claim, string json, string what)
    {
        var token = _parts.Token();

        using var response = await _parts.SendAsync(token, _parts.Proof(token).With(claim, JsonNode.Parse(json)).Build());

        response.Raw("WWW-Authenticate").ShouldBe(BadProof, what);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Proof_of_another_path_or_of_another_key_is_rejected()
    {
        var token = _parts.Token();
        using var thief = SigningKey.Ec();
        var stolen = new ProofBuilder(thief).For(HttpMethod.Get, $"{_parts.Gateway.Address}/private/orders", token);
        var disguised = new ProofBuilder(thief)
            .For(HttpMethod.Get, $"{_parts.Gateway.Address}/private/orders", token)
            .WithHeader("jwk", ProofBuilder.PublicKey(_parts.Key));
        var withPrivateHalf = _parts.Proof(token);
        withPrivateHalf.Header["jwk"]!["d"] = "AQAB";

        foreach (var proof in new[]
        {
            _parts.Proof(token, "/private/other"), _parts.Proof(token, "/private/orders/"), stolen, disguised, withPrivateHalf,
        })
        {
            (await StatusAsync(token, proof.Build())).ShouldBe(401);
        }

        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Target_is_compared_as_a_url()
    {
        var token = _parts.Token();
        var authority = new Uri(_parts.Gateway.Address).Authority;
        foreach (var target in new[]
        {
            $"HTTP://{authority}/private/orders?x=1#f", $"http://{authority}/private/%6frders", $"http://{authority}/private/./orders",
        })
        {
            (await StatusAsync(token, _parts.Proof(token).With("htu", target).Build())).ShouldBe(200, target);
        }
    }

    [Fact]
    public async Task Time_may_differ_by_the_lifetime_of_a_proof_both_ways()
    {
        var token = _parts.Token();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        (await StatusAsync(token, _parts.Proof(token).With("iat", now - 40).Build())).ShouldBe(200);
        (await StatusAsync(token, _parts.Proof(token).With("iat", now + 40.5).Build())).ShouldBe(200);
        (await StatusAsync(token, _parts.Proof(token).With("iat", now - 100).Build())).ShouldBe(401);
        (await StatusAsync(token, _parts.Proof(token).With("iat", now + 100).Build())).ShouldBe(401);
    }

    [Fact]
    public async Task Bad_token_is_rejected_as_such_whatever_the_proof()
    {
        var token = _parts.Token(token => token.With("aud", "other"));

        using var response = await _parts.SendAsync(token, _parts.Proof(token).Build());

        response.Raw("WWW-Authenticate").ShouldBe($"{Algorithms}, error=\"invalid_token\"");
    }

    [Fact]
    public async Task Forwarded_token_takes_its_proof_along()
    {
        var token = _parts.Token();
        var proof = _parts.Proof(token, "/forwarding/orders").Build();

        using var response = await _parts.SendAsync(token, proof, "/forwarding/orders");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Header("Authorization").ShouldBe($"DPoP {token}");
        _parts.Destination.Last.Header("DPoP").ShouldBe(proof);
    }

    [Fact]
    public async Task Header_of_a_bearer_client_reaches_no_destination()
    {
        foreach (var path in new[] { "/private/orders", "/transformed/orders", "/forwarding/orders" })
        {
            using var request = TestGateway.Request(HttpMethod.Get, path, _parts.Issuer.Token().Build());
            request.Headers.Add("DPoP", "not a proof");

            using var response = await _parts.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            _parts.Destination.Last.Header("DPoP").ShouldBeNull(path);
        }
    }

    [Fact]
    public async Task Policy_that_reports_lets_an_unproven_token_through_without_identity()
    {
        using var response = await _parts.Gateway.GetAsync("/report/orders", _parts.Token());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Header("X-Auth-Subject").ShouldBeNull();
    }

    [Fact]
    public async Task Proof_of_http2_is_checked_alike()
    {
        var token = _parts.Token();
        using var client = _parts.Gateway.CreateClient(HttpVersion.Version20);
        var proof = new ProofBuilder(_parts.Key).For(HttpMethod.Post, $"{_parts.Gateway.Http2Address}/private/orders", token);
        using var request = ProofBuilder.Request(HttpMethod.Post, "/private/orders", token, proof.Build());
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<int> StatusAsync(string token, string proof)
    {
        using var response = await _parts.SendAsync(token, proof);
        return (int)response.StatusCode;
    }

    private static string EcdsaTwinOf(string proof) => System.Text.Encoding.ASCII.GetString(
        Jose.EcdsaTwin.Of(System.Text.Encoding.ASCII.GetBytes(proof), Jose.SignatureAlgorithms.Of(Jose.SignatureAlgorithm.ES256))!);
}
