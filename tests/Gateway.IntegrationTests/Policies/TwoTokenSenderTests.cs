using System.Buffers.Text;
using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.ExternalAuthorization;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Policies;

/// <summary>
/// Several tokens of one request where something else stands beside: DPoP proofs, other proxies, and a person who asks why.
/// </summary>
public sealed class TwoTokenSenderTests : IClassFixture<TwoTokenGateway>
{
    private readonly TwoTokenGateway _parts;

    public TwoTokenSenderTests(TwoTokenGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Fact]
    public async Task Proof_is_for_the_token_in_Authorization_and_not_required_for_the_other()
    {
        using var key = SigningKey.Ec();
        var user = Bound(_parts.Users, key);

        using var passed = await SendAsync("/pay/x", key, user, _parts.Workload(), user);
        using var bearer = await _parts.GetAsync("/pay/x", user, _parts.Workload());

        passed.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Received.ShouldHaveSingleItem().Header("DPoP").ShouldBeNull();
        (await bearer.ShouldBeProblemAsync(401))["reason"]!.GetValue<string>().ShouldBe("proof_missing");
    }

    [Fact]
    public async Task Bound_token_in_a_named_header_is_rejected_with_a_proof_too()
    {
        using var key = SigningKey.Ec();
        var workload = Bound(_parts.Workloads, key);
        var user = Bound(_parts.Users, key);

        // A proof for the workload's token; for the user's, with the same key; and the scheme within the header.
        foreach (var (token, proven) in new[] { (workload, workload), (workload, user), ($"DPoP {workload}", workload) })
        {
            using var response = await SendAsync("/pay/x", key, user, token, proven);
            (await response.ShouldBeProblemAsync(401))["reason"]!.GetValue<string>().ShouldBeOneOf(
                "proof_missing", "bad_proof", "malformed");
        }

        using var alone = await SendAsync("/pay/x", key, user, workload, user);
        (await alone.ShouldBeProblemAsync(401))["reason"]!.GetValue<string>().ShouldBe("proof_missing");
        alone.Raw("WWW-Authenticate").ShouldBe("Bearer error=\"invalid_token\", realm=\"workload\"");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Authorization_takes_proofs_also_as_a_source_with_a_name()
    {
        await using var parts = await StandardGateway.StartAsync(configuration => configuration
            .With(
                "Gateway:TokenSources",
                """[{ "Cookie": "session" }, { "Name": "bearer", "Header": "Authorization", "Scheme": "Bearer" }]""")
            .WithPolicy("api", """{ "TokenSource": "bearer" }""")
            .WithPolicy("keeping", """{ "AnyOf": ["Authenticated", "api"], "ForwardToken": true }"""));
        using var key = SigningKey.Ec();
        var token = Bound(parts.Issuer, key);
        foreach (var route in new[] { "api", "keeping" })
        {
            var path = $"{parts.Gateway.Address}/{route}/x";
            using var request =
                ProofBuilder.Request(HttpMethod.Get, path, token, new ProofBuilder(key).For(HttpMethod.Get, path, token).Build());
            using var passed = await parts.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
            passed.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        parts.Destination.Received.Select(request =>
            (request.Header("Authorization"), request.Header("DPoP") is not null)).ShouldBe([(null, false), ($"DPoP {token}", true)]);
        using var unproven = ProofBuilder.Request(HttpMethod.Get, "/api/x", token);
        using var rejected = await parts.Gateway.Client.SendAsync(unproven, TestContext.Current.CancellationToken);
        rejected.Raw("WWW-Authenticate").ShouldBe(
            "DPoP algs=\"ES256 RS256 PS256 Ed25519 EdDSA\", error=\"invalid_token\", realm=\"bearer\"");

        // Where the cookie counts, the header that was not checked does not travel beside it.
        using var cookie = TestGateway.Request(HttpMethod.Get, "/keeping/x", "unchecked");
        var session = parts.Issuer.Token().Build();
        cookie.Headers.Add("Cookie", $"session={session}");
        using var kept = await parts.Gateway.Client.SendAsync(cookie, TestContext.Current.CancellationToken);
        kept.StatusCode.ShouldBe(HttpStatusCode.OK);
        (parts.Destination.Last.Header("Authorization"), parts.Destination.Last.Header("Cookie")).ShouldBe((null, $"session={session}"));
    }

    [Fact]
    public async Task Other_proxy_gets_the_same_decision_and_takes_every_token_away()
    {
        var (user, workload) = (_parts.User(), _parts.Workload());

        using var pay =
            await _parts.Gateway.AskAsync("/pay/x", user, headers: [(TwoTokenGateway.Header, workload), ("Cookie", "session=s; a=b")]);
        using var caller = await _parts.Gateway.AskAsync("/caller/x", user, headers: (TwoTokenGateway.Header, workload));
        using var keeping =
            await _parts.Gateway.AskAsync("/keeping-one/x", user, headers: [(TwoTokenGateway.Header, workload), ("Cookie", "session=s")]);
        using var missing = await _parts.Gateway.AskAsync("/pay/x", user);
        using var swapped = await _parts.Gateway.AskAsync("/pay/x", workload, headers: (TwoTokenGateway.Header, user));

        pay.StatusCode.ShouldBe(HttpStatusCode.OK);
        pay.Raw("X-Auth-Subject").ShouldBe("alice");
        (pay.Raw("Authorization"), pay.Raw(TwoTokenGateway.Header), pay.Raw("Cookie")).ShouldBe(("", "", "a=b"));
        caller.Raw("X-Auth-Subject").ShouldBe(TwoTokenGateway.Job);
        (keeping.Raw("Authorization"), keeping.Raw(TwoTokenGateway.Header), keeping.Raw("Cookie")).ShouldBe((null, "", ""));
        missing.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        missing.Raw("WWW-Authenticate").ShouldBe("Bearer realm=\"workload\"");
        swapped.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Explanation_says_what_the_gateway_does_for_every_pair_of_tokens()
    {
        string?[] users = [
            null, _parts.User(), _parts.Users.Token().With("scope", "admin").Build(), _parts.Workload(), "bad",
            _parts.Users.Token().With("iat", 1_000).With("exp", 2_000).Build()];
        string?[] workloads = [null, _parts.Workload(), users[1], users[3], _parts.Workloads.Token().With("aud", "other").Build()];
        foreach (var route in TwoTokenGateway.Routes)
        {
            foreach (var (user, workload) in users.SelectMany(user => workloads.Select(workload => (user, workload))))
            {
                var isReadByRoute = (User: route != "job", Workload: route != "private");
                if ((isReadByRoute.User ? user : null) is null && (isReadByRoute.Workload ? workload : null) is null)
                {
                    continue;
                }

                using var response = await _parts.GetAsync($"/{route}/x", user, workload);
                var reason = response.IsSuccessStatusCode
                    ? null
                    : (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["reason"];
                var explanation = await ExplainAsync(route, isReadByRoute.User ? user : null, isReadByRoute.Workload ? workload : null);

                explanation.Reason().ShouldBe(reason, $"{route}: {explanation.ToJsonString()}");
                if (reason is null && route != "private")
                {
                    var caller = explanation.Found("caller") == "that of the token source \"workload\"" ? workload : user;
                    IssuerOf(caller!).ShouldBe(_parts.Destination.Last.Header("X-Auth-Issuer"), route);
                }
            }
        }
    }

    [Fact]
    public async Task Explanation_shows_the_checks_of_each_token_and_which_of_them_is_not_read()
    {
        var explanation = await ExplainAsync("pay", _parts.User(), "bad");

        explanation.Outcome("form").ShouldBe("passed");
        explanation.Outcome("workload: form").ShouldBe("failed");
        explanation.Outcome("policy token of job").ShouldBe("failed");
        explanation.Reason().ShouldBe("malformed");
        explanation["settings"]!.ToJsonString().ShouldContain("header Authorization (Bearer); workload: header X-Workload-Token");
        var (status, answer) =
            await _parts.Gateway.ExplainAsync(Json(("token", _parts.User()), ("token.workload", "x"), ("route", "private")));
        status.ShouldBe(400);
        ((string)answer["error_description"]!).ShouldBe(
            "token.workload: policy Authenticated does not read this token source. It reads the token sources without a name.");
        (status, answer) = await _parts.Gateway.ExplainAsync(Json(("token", _parts.User()), ("route", "job")));
        status.ShouldBe(400);
        ((string)answer["error_description"]!).ShouldBe(
            "token: policy job reads no token source without a name. Give the token as token.workload.");
    }

    [Fact]
    public async Task Command_explains_tokens_of_several_sources()
    {
        var file = Path.Combine(Path.GetDirectoryName(_parts.Gateway.ConfigFile)!, "workload.txt");
        await File.WriteAllTextAsync(file, _parts.Workload());

        var (accepted, both) = await _parts.Gateway.ExplainByCommandAsync(_parts.User(), "caller", "--source-token", $"workload={file}");
        var (rejected, one) = await _parts.Gateway.ExplainByCommandAsync(_parts.User(), "pay");
        var (alone, job) = await _parts.Gateway.ExplainByCommandAsync("", "job", "--source-token", $"Workload={file}");

        accepted.ShouldBe(0, both.ToJsonString());
        both.Found("caller").ShouldBe("that of the token source \"workload\"");
        rejected.ShouldBe(1);
        one.Reason().ShouldBe("missing");
        alone.ShouldBe(0, job.ToJsonString());
    }

    private async Task<HttpResponseMessage> SendAsync(string path, SigningKey key, string user, string workload, string proven)
    {
        using var request = ProofBuilder.Request(
            HttpMethod.Get, path, user, new ProofBuilder(key).For(HttpMethod.Get, _parts.Gateway.Address + path, proven).Build());
        request.Headers.TryAddWithoutValidation(TwoTokenGateway.Header, workload);
        return await _parts.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<JsonObject> ExplainAsync(string route, string? user, string? workload)
    {
        var (status, answer) = await _parts.Gateway.ExplainAsync(Json(("token", user), ("token.workload", workload), ("route", route)));
        status.ShouldBe(200, answer.ToJsonString());
        return answer;
    }

    private static StringContent Json(params (string Name, string? Value)[] members)
    {
        var body = new JsonObject();
        foreach (var (name, value) in members.Where(member => member.Value is not null))
        {
            body[name] = value;
        }

        return new StringContent(body.ToJsonString(), null, "application/json");
    }

    private static string IssuerOf(string token) => (string)JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!["iss"]!;

    private static string Bound(FakeIssuer issuer, SigningKey key) =>
        issuer.Token().With("cnf", new JsonObject { ["jkt"] = ProofBuilder.Thumbprint(key) }).Build();
}
