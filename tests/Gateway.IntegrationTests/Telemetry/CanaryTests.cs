using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Jose;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>Marked values go in wherever one can be; none comes out in a log line, trace, metric, page or rejection.</summary>
public sealed class CanaryTests(CanaryGateway parts) : IClassFixture<CanaryGateway>
{
    [Fact]
    public async Task Nothing_secret_comes_out_of_any_kind_of_request()
    {
        await SendGoodRequestsAsync();
        await SendAmbiguousRequestsAsync();
        await SendRejectedRequestsAsync();
        await parts.KeepPageAsync("/metrics", "text/plain");
        await parts.KeepPageAsync("/metrics", "application/openmetrics-text");
        await parts.KeepPageAsync("/livez?verbose", "*/*");
        await parts.Redis.KillAsync();
        await Eventually.TrueAsync(
            async () => await parts.SendAsync("/private/orders", parts.Token().Build()) == 503, "the list of revocations is too old");
        await Eventually.TrueAsync(() => parts.HasTracesMetricsAndLogs("revocation_unavailable"), "all of it has been sent");
        (await parts.Program.StopAsync()).ExitCode.ShouldBe(0);

        var emitted = parts.Emitted().ToList();
        var everything = string.Join('\n', emitted.Select(piece => Encoding.UTF8.GetString(piece.Text)));
        // The gateway asks for no nonces.
        foreach (var reason in Enum.GetValues<RejectionReason>().Where(reason => reason != RejectionReason.ProofNonce))
        {
            everything.ShouldContain($"\"Reason\":\"{Jose.Rejections.Of(reason).Tag}\"");
        }

        everything.ShouldContain("\"Category\":\"Gateway.Issuers.");
        everything.ShouldContain("\"Category\":\"Gateway.Redis.");
        everything.ShouldContain("\"Category\":\"Gateway.Revocation.");
        emitted.Where(piece => Canary.IsIn(piece.Text)).Select(piece => $"{piece.Where}: {Canary.Excerpt(piece.Text)}").ShouldBeEmpty();
        parts.Signatures.Count.ShouldBeGreaterThan(20);
        parts.Signatures.ShouldAllBe(signature => !everything.Contains(signature));
    }

    [Theory]
    [InlineData("{ \"Gateway\": { \"Issuers\": { \"shop\": { \"Keys\": { \"Secret\": \"$\" } } } } }")]
    [InlineData(
        "{ \"Gateway\": { \"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"Connection\": \"localhost:1,password=$,usr=$\" } } } }")]
    [InlineData("{ \"Gateway\": { \"Revocation\": { \"Redis\": { \"Connection\": \"localhost:1,passwort=$\" }, \"Store\": \"Redis\" } } }")]
    [InlineData("{ \"Gateway\": { \"Revocation\": { \"Redis\": { \"Password\": \"$\" } } } }")]
    [InlineData("{ \"Gateway\": { \"Revocation\": { \"Redis\": { \"Password\": \"$ } } } }")]
    public async Task Configuration_error_does_not_show_a_secret(string yarpJson)
    {
        var files =
            new Dictionary<string, string> { ["yarp.json"] = yarpJson.Replace("$", Canary.New("config"), StringComparison.Ordinal) };
        var variables = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_HEADERS"] = Canary.New("headers"),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Canary.New("endpoint"),
        };
        await using var program = await GatewayProgram.StartAsync(files, variables);

        (await program.WaitForExitAsync()).ShouldBe(1);

        var printed = string.Join('\n', program.Lines);
        printed.ShouldContain("yarp.json:1:");
        Canary.IsIn(Encoding.UTF8.GetBytes(printed)).ShouldBeFalse(printed);
    }

    [Fact]
    public void Mark_is_found_in_every_disguise()
    {
        foreach (var before in (string[])["", "a", "ab", "abc"])
        {
            var text = Encoding.UTF8.GetBytes($"{before}{Canary.Mark}tail");
            Canary.IsIn(text).ShouldBeTrue();
            Canary.IsIn(Encoding.UTF8.GetBytes(Convert.ToBase64String(text).Replace('+', '-').Replace('/', '_'))).ShouldBeTrue(before);
            Canary.IsIn(Encoding.UTF8.GetBytes(Convert.ToHexString(text))).ShouldBeTrue();
        }

        Canary.IsIn("nothing of it"u8).ShouldBeFalse();
    }

    private async Task SendGoodRequestsAsync()
    {
        var token = parts.Token().Build();
        (await parts.SendAsync("/private/orders", token)).ShouldBe(200);
        (await parts.SendAsync("/private/orders", token)).ShouldBe(200);
        (await parts.SendAsync("/private/orders", parts.Token(CanaryGateway.SecretIssuer).Build())).ShouldBe(200);
        (await parts.SendAsync("/private/orders", null, request => InCookie(request, token))).ShouldBe(200);
        (await parts.SendAsync("/private/orders", null, request => InQuery(request, token))).ShouldBe(200);
        (await parts.SendAsync("/private/orders", null, request => InQuery(request, "x." + Canary.New("bad")))).ShouldBe(401);
        (await parts.SendAsync("/dead/orders", null, request => InQuery(request, token))).ShouldBe(502);
        (await parts.SendAsync("/private/broken", token)).ShouldBe(500);
        (await parts.SendAsync("/keeper/orders", token)).ShouldBe(200);
        (await parts.SendAsync("/trial/orders", token)).ShouldBe(200);
        (await parts.SendAsync("/trial/orders", "x." + Canary.New("bad"))).ShouldBe(200);
        (await parts.SendAsync("/dead/orders", token)).ShouldBe(502);
        (await parts.SendAsync("/public/orders", token)).ShouldBe(200);
        (await parts.SendAsync("/nowhere", token)).ShouldBe(404);
    }

    private async Task SendAmbiguousRequestsAsync()
    {
        (await parts.SendAsync("/private/a%2fb", parts.Token().Build())).ShouldBe(400);
        (await parts.SendAsync("/public/orders", null, request => request.Method = HttpMethod.Trace)).ShouldBe(405);
        await parts.SendAsync("/public/orders", null, request => request.Method = new HttpMethod("MADE-UP"));
        await parts.SendAsync("/public/orders", null, request => request.Headers.TryAddWithoutValidation($"X_{Canary.New("name")}", "1"));
        await parts.SendAsync(
            "/public/orders", null, request => request.Headers.TryAddWithoutValidation("traceparent", Canary.New("parent")));
        await parts.SendAsync(
            "/private/orders", null, request => request.Headers.TryAddWithoutValidation("Authorization", $"Basic {Canary.New("basic")}"));
    }

    private async Task SendRejectedRequestsAsync()
    {
        using var stranger = SigningKey.Rsa();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        string[] rejected =
        [
            "not=a=token=" + Canary.New("text"),
            Canary.New("opaque"),
            parts.UnclearToken,
            parts.OtherKey.Encrypt(parts.Token().Build(), global::Jose.JweAlgorithm.DIR, global::Jose.JweEncryption.A128GCM),
            parts.Token().With("pad", new string('x', 13_000)).Build(),
            parts.Token().WithHeader("alg", Canary.New("alg")).Build(),
            parts.Token().WithHeader("alg", "none").Build(),
            parts.Token().WithHeader("typ", Canary.New("typ")).Build(),
            parts.Token("https://idp.example/" + Canary.New("iss")).Build(),
            parts.Token(CanaryGateway.DarkIssuer).Build(),
            parts.Token().WithHeader("kid", Canary.New("kid")).Build(),
            parts.Token(key: stranger).Build(),
            parts.Token(CanaryGateway.SecretIssuer, SigningKey.Secret(new byte[32])).SignedWith("HS256").WithHeader("alg", "HS256").Build(),
            parts.Token().With("iat", now - 7200).With("exp", now - 3600).Build(),
            parts.Token().With("nbf", now + 3600).With("exp", now + 7200).Build(),
            parts.Token().With("exp", now + (10 * 86_400)).Build(),
            parts.Token().With("aud", Canary.New("aud")).Build(),
            parts.Token().Without("exp").Build(),
            parts.Token().With("exp", Canary.New("exp")).Build(),
            parts.Token().With("cnf", new JsonObject { ["jkt"] = Canary.New("cnf") }).Build(),
            parts.Token().WithClaimsJson($$"""{ "iss": "{{CanaryGateway.Issuer}}", "sub": "{{Canary.New("twice")}}", "sub": 1 }""").Build(),
        ];
        foreach (var token in rejected)
        {
            (await parts.SendAsync("/private/orders", token)).ShouldBeOneOf(401, 503);
        }

        (await parts.SendAsync("/private/orders", null)).ShouldBe(401);
        (await parts.SendAsync("/writers/orders", parts.Token().Build())).ShouldBe(403);
        (await parts.SendAsync("/tenants/orders", parts.Token().Build())).ShouldBe(403);
        (await parts.SendAsync("/strong/orders", parts.Token().With("acr", Canary.New("acr")).Build())).ShouldBe(401);
        (await parts.SendAsync("/private/orders", parts.Token().Build(), request => InCookie(request, parts.Token().Build()))).ShouldBe(400);
        (await parts.SendAsync("/exchanging/orders", parts.Token().Build())).ShouldBe(503);
        await SendUnprovenAsync();
        await SendRevokedAsync(now);
    }

    private async Task SendUnprovenAsync()
    {
        using var key = SigningKey.Ec();
        var token = parts.Token().With("cnf", new JsonObject { ["jkt"] = ProofBuilder.Thumbprint(key) }).Build();
        (await parts.SendAsync("/private/orders", token)).ShouldBe(401);
        (await parts.SendAsync("/private/orders", null, request =>
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {token}");
            request.Headers.TryAddWithoutValidation(
                "DPoP", new ProofBuilder(key).With("htu", Canary.New("htu")).With("jti", Canary.New("jti")).Build());
        })).ShouldBe(401);
    }

    private async Task SendRevokedAsync(long now)
    {
        var token = parts.Token();
        var expires = (now + 3600).ToString(CultureInfo.InvariantCulture);
        // One entry that cannot be read, and one that can.
        await parts.Redis.CommandAsync("XADD", "gateway:revocations", "*", "kind", Canary.New("kind"), "value", Canary.New("value"));
        await parts.Redis.CommandAsync(
            "XADD", "gateway:revocations", "*", "kind", "jti", "issuer", CanaryGateway.Issuer, "value",
            token.Claims["jti"]!.GetValue<string>(),
            "expires", expires, "reason", Canary.New("reason"), "by", Canary.New("by"));
        await Eventually.TrueAsync(async () => await parts.SendAsync("/private/orders", token.Build()) == 401, "the token is revoked");
    }

    private static void InQuery(HttpRequestMessage request, string token)
    {
        request.RequestUri =
            new Uri($"{request.RequestUri!.OriginalString.Split('?')[0]}?access_token={token}", UriKind.RelativeOrAbsolute);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
    }

    private static void InCookie(HttpRequestMessage request, string token)
    {
        request.Headers.Remove("Cookie");
        request.Headers.TryAddWithoutValidation("Cookie", $"access_token={token}");
    }
}
