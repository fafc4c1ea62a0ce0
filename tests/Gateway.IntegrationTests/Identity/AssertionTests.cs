using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Identity;

/// <summary>What a destination receives of the signed assertion, and what no client can send in its place.</summary>
public sealed class AssertionTests : IClassFixture<AssertionGateway>
{
    private readonly AssertionGateway _parts;

    public AssertionTests(AssertionGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Fact]
    public async Task Destination_receives_who_called_for_its_cluster_alone()
    {
        var token = _parts.Issuer.Token().With("roles", new JsonArray("ops", "a,b"));
        var first = await AssertionOfAsync("/private/a", token.Build());

        AssertionGateway.HeaderOf(first).ToJsonString().ShouldBe("""{"alg":"ES256","typ":"JWT","kid":"first"}""");
        var payload = AssertionGateway.PayloadOf(first);
        var issuedAt = (long)payload["iat"]!;
        JsonNode.DeepEquals(payload, new JsonObject
        {
            ["iss"] = "https://api.example.com",
            ["aud"] = "recorder",
            ["iat"] = issuedAt,
            ["exp"] = issuedAt + 60,
            ["sub"] = "alice",
            ["token_iss"] = _parts.Issuer.Issuer,
            ["client_id"] = "shop-web",
            ["scope"] = "orders:read",
            ["roles"] = new JsonArray("ops", "a,b"),
        }).ShouldBeTrue(payload.ToJsonString());
        // The id as ReverseProxy:Clusters writes it, whatever the route writes.
        ((string)AssertionGateway.PayloadOf(await AssertionOfAsync("/second/a", token.Build()))["aud"]!).ShouldBe("Second");
    }

    [Theory]
    [InlineData("/private/a")]
    [InlineData("/changed/a")]
    public async Task Assertion_is_made_once_for_a_token_and_a_cluster(string path)
    {
        var token = _parts.Issuer.Token().Build();
        var all = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            all.Add(await AssertionOfAsync(path, token));
        }

        // Signatures of ES256 are random, so that a second one would be another text.
        all.Distinct().ShouldHaveSingleItem();
        (await AssertionOfAsync(path, _parts.Issuer.Token().Build())).ShouldNotBe(all[0]);
        (await AssertionOfAsync("/second/a", token)).ShouldNotBe(all[0]);
        (await AssertionOfAsync(path, token)).ShouldBe(all[0]);
    }

    [Theory]
    [InlineData("X-Auth-Assertion")]
    [InlineData("x-auth-assertion")]
    [InlineData("X_Auth_Assertion")]
    [InlineData("X.Auth.Assertion")]
    [InlineData("x_auth-ASSERTION")]
    public async Task Client_copy_never_arrives_in_any_spelling(string name)
    {
        foreach (var (path, token, count) in new[]
        {
            ("/public/a", null, 0), ("/private/a", _parts.Issuer.Token().Build(), 1), ("/changed/a", _parts.Issuer.Token().Build(), 1),
        })
        {
            using var request = TestGateway.Request(HttpMethod.Get, path, token);
            request.Headers.TryAddWithoutValidation(name, "evil").ShouldBeTrue();
            using var response = await _parts.Gateway.Client.SendAsync(request);

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            var arrived = _parts.Destination.Last.Headers.Where(header =>
                header.Key.Replace('_', '-')
                    .Replace('.', '-')
                    .Equals(AssertionGateway.Header, StringComparison.OrdinalIgnoreCase)).ToArray();
            arrived.Length.ShouldBe(count);
            arrived.SelectMany(header => header.Value).ShouldAllBe(value => value.StartsWith("eyJ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Public_route_and_rejected_token_have_no_assertion()
    {
        using var response = await _parts.Gateway.GetAsync("/public/a", _parts.Issuer.Token().Build());
        _parts.Destination.Last.Header(AssertionGateway.Header).ShouldBeNull();

        // A policy that only reports lets a bad token through, without an identity.
        using var reported = await _parts.Gateway.GetAsync("/report/a", _parts.Issuer.Token().With("exp", 1).Build());
        reported.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Header(AssertionGateway.Header).ShouldBeNull();
    }

    [Fact]
    public async Task Token_that_is_near_its_end_has_an_assertion_that_ends_with_it()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var assertion = await AssertionOfAsync("/private/a", _parts.Issuer.Token().With("exp", now - 50).With("iat", now - 100).Build());

        // Ten seconds of the issuer's clock skew are left, and a quarter of the lifetime is added.
        ((long)AssertionGateway.PayloadOf(assertion)["exp"]!).ShouldBe(now + 10 + 15);
    }

    [Fact]
    public async Task Claims_that_do_not_fit_are_rejected_and_never_cut()
    {
        using var response = await _parts.Gateway.GetAsync(
            "/private/a",
            _parts.Issuer.Token()
                .With("roles", new JsonArray([.. Enumerable.Range(0, 400).Select(n => JsonValue.Create($"role{n:0000}"))]))
                .Build());

        (await response.ShouldBeProblemAsync(401))["reason"]!.GetValue<string>().ShouldBe("too_large");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Explanation_shows_the_assertion_of_the_route()
    {
        using var management = new HttpClient { BaseAddress = new Uri(_parts.Gateway.ManagementAddress) };
        using var response = await management.PostAsync(
            "/admin/explain", new FormUrlEncodedContent([new("token", _parts.Issuer.Token().Build()), new("route", "second")]));
        var explanation = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        var check = explanation["checks"]!.AsArray().Single(each => (string)each!["check"]! == "assertion")!;
        ((string)check["outcome"]!).ShouldBe("passed");
        ((string)check["found"]!).ShouldStartWith("""X-Auth-Assertion with {"sub":"alice",""");
        explanation["settings"]!.ToJsonString().ShouldContain("header X-Auth-Assertion for Second, for 60 s");
    }

    [Fact]
    public async Task Claims_type_audience_and_header_are_those_of_the_configuration()
    {
        await using var destination = await RecordingDestination.StartAsync();
        await using var issuer = await FakeIssuer.StartAsync();
        using var key = SigningKey.Ed25519("ed");
        var configuration = TestGateway.Configuration(issuer, destination).With("Gateway:Identity:Assertion", """
            {
              "KeyFile": "a.jwks", "Issuer": "gateway", "Audience": "inside", "Header": "X-Proof", "Type": "proof+jwt", "Lifetime": "00:05:00",
              "Claims": { "tenant": "org.id", "kind": "$subject_type", "admin": "admin", "none": "absent" }
            }
            """);
        await using var gateway =
            await TestGateway.StartAsync(configuration, files: new Dictionary<string, string> { ["a.jwks"] = SigningKey.PrivateSet(key) });

        using var response =
            await gateway.GetAsync("/private/a", issuer.Token().With("org", JsonNode.Parse("""{ "id": 7 }""")).With("admin", true).Build());

        var assertion = destination.Last.Header("X-Proof")!;
        AssertionGateway.HeaderOf(assertion).Select(member => (string)member.Value!).ShouldBe(["EdDSA", "proof+jwt", "ed"]);
        var payload = AssertionGateway.PayloadOf(assertion);
        ((long)payload["exp"]! - (long)payload["iat"]!).ShouldBe(300);
        payload.Remove("exp");
        payload.Remove("iat");
        payload.ToJsonString().ShouldBe("""{"iss":"gateway","aud":"inside","admin":true,"kind":"user","tenant":7}""");
    }

    private async Task<string> AssertionOfAsync(string path, string token)
    {
        using var response = await _parts.Gateway.GetAsync(path, token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return _parts.Destination.Last.Headers[AssertionGateway.Header].ShouldHaveSingleItem();
    }
}
