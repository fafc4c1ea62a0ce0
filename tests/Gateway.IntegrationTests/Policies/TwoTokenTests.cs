using System.Net;
using System.Text;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Policies;

/// <summary>
/// Policies over several tokens of one request: what passes, whose request it is then, and what of it reaches the destination.
/// </summary>
public sealed class TwoTokenTests : IClassFixture<TwoTokenGateway>
{
    private readonly TwoTokenGateway _parts;

    public TwoTokenTests(TwoTokenGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("pay", "alice")]
    [InlineData("caller", TwoTokenGateway.Job)]
    [InlineData("nested", "alice")]
    [InlineData("either", "alice")]
    [InlineData("reverse", TwoTokenGateway.Job)]
    [InlineData("job", TwoTokenGateway.Job)]
    [InlineData("private", "alice")]
    public async Task Request_with_both_tokens_has_the_identity_that_the_policy_says_and_the_destination_gets_no_token(
        string route, string subject)
    {
        var (user, workload) = (_parts.User(), _parts.Workload());

        // The second time both are known.
        foreach (var _ in new[] { 1, 2 })
        {
            using var response = await _parts.GetAsync(
                $"/{route}/x", ("Authorization", $"Bearer {user}"), (TwoTokenGateway.Header, workload), ("X-Auth-Subject", "eve"),
                ("X-Auth-Issuer", "eve"));

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            _parts.Destination.Last.Header("X-Auth-Subject").ShouldBe(subject);
            _parts.Destination.Last.Header("X-Auth-Issuer").ShouldBe(subject == "alice" ? _parts.Users.Issuer : _parts.Workloads.Issuer);
            ReceivedText().ShouldNotContain(user);
            ReceivedText().ShouldNotContain(workload);
        }
    }

    public static TheoryData<string, string, string, int, string, string> Rejections => new()
    {
        { "pay", "none", "none", 401, "missing", "Bearer" },
        { "pay", "none", "workload", 401, "missing", "Bearer" },
        { "pay", "user", "none", 401, "missing", "Bearer realm=\"workload\"" },
        { "pay", "user", "same", 403, "claim_mismatch", "Bearer error=\"insufficient_scope\", realm=\"workload\"" },
        { "pay", "user", "user", 403, "claim_mismatch", "Bearer error=\"insufficient_scope\", realm=\"workload\"" },
        { "pay", "workload", "user", 403, "claim_mismatch", "Bearer error=\"insufficient_scope\"" },
        { "pay", "workload", "workload", 403, "claim_mismatch", "Bearer error=\"insufficient_scope\"" },
        { "pay", "user", "forged", 401, "bad_signature", "Bearer error=\"invalid_token\", realm=\"workload\"" },
        { "pay", "forged", "workload", 401, "bad_signature", "Bearer error=\"invalid_token\"" },
        { "pay", "user", "stranger", 401, "unknown_issuer", "Bearer error=\"invalid_token\", realm=\"workload\"" },
        { "pay", "user", "expired", 401, "expired", "Bearer error=\"invalid_token\", realm=\"workload\"" },
        { "pay", "user", "scheme", 401, "malformed", "Bearer error=\"invalid_token\", realm=\"workload\"" },
        { "pay", "user", "list", 400, "multiple_tokens", "Bearer error=\"invalid_request\", realm=\"workload\"" },
        { "pay", "forged", "forged", 401, "bad_signature", "Bearer error=\"invalid_token\"" },
        { "job", "none", "none", 401, "missing", "Bearer realm=\"workload\"" },
        { "job", "workload", "none", 401, "missing", "Bearer realm=\"workload\"" },
        { "job", "user", "forged", 401, "bad_signature", "Bearer error=\"invalid_token\", realm=\"workload\"" },
        { "private", "none", "workload", 401, "missing", "Bearer" },
        { "either", "none", "none", 401, "missing", "Bearer" },
        { "either", "forged", "none", 401, "bad_signature", "Bearer error=\"invalid_token\"" },
        { "either", "none", "expired", 401, "expired", "Bearer error=\"invalid_token\", realm=\"workload\"" },
        { "either", "none", "user", 403, "claim_mismatch", "Bearer error=\"insufficient_scope\", realm=\"workload\"" },
        { "either", "workload", "user", 403, "claim_mismatch", "Bearer error=\"insufficient_scope\"" },
        { "nested", "user", "none", 403, "insufficient_scope", "Bearer error=\"insufficient_scope\", scope=\"admin\"" },
        { "loose", "user", "same", 400, "multiple_tokens", "Bearer error=\"invalid_request\"" },
        { "loose", "workload", "none", 401, "missing", "Bearer realm=\"workload\"" },
    };

    [Theory]
    [MemberData(nameof(Rejections))]
    public async Task Each_policy_needs_the_token_of_its_own_source(
        string route, string user, string workload, int status, string reason, string challenge)
    {
        var first = TokenOf(user);
        foreach (var _ in new[] { 1, 2 })
        {
            using var response = await _parts.GetAsync($"/{route}/x", first, workload == "same" ? first : TokenOf(workload));

            var problem = await response.ShouldBeProblemAsync(status);
            problem["reason"]!.GetValue<string>().ShouldBe(reason);
            response.Raw("WWW-Authenticate").ShouldBe(challenge);
            _parts.Destination.Received.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("either", "user", "forged", "alice")]
    [InlineData("either", "forged", "workload", TwoTokenGateway.Job)]
    [InlineData("either", "workload", "workload", TwoTokenGateway.Job)]
    [InlineData("either", "none", "workload", TwoTokenGateway.Job)]
    [InlineData("reverse", "user", "forged", "alice")]
    [InlineData("reverse", "user", "user", "alice")]
    [InlineData("reverse", "user", "list", "alice")]
    [InlineData("nested", "admin", "none", "alice")]
    [InlineData("nested", "admin", "forged", "alice")]
    public async Task Identity_is_that_of_the_alternative_that_holds(string route, string user, string workload, string subject)
    {
        using var response = await _parts.GetAsync($"/{route}/x", TokenOf(user), TokenOf(workload));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Header("X-Auth-Subject").ShouldBe(subject);
        _parts.Destination.Last.Header("X-Auth-Issuer").ShouldBe(subject == "alice" ? _parts.Users.Issuer : _parts.Workloads.Issuer);
        ReceivedText().ShouldNotContain("eyJ");
    }

    [Fact]
    public async Task Two_header_lines_of_a_named_source_are_several_tokens()
    {
        using var response = await _parts.GetAsync(
            "/pay/x", ("Authorization", $"Bearer {_parts.User()}"), (TwoTokenGateway.Header, _parts.Workload()),
            (TwoTokenGateway.Header, _parts.Workload()));

        (await response.ShouldBeProblemAsync(400))["reason"]!.GetValue<string>().ShouldBe("multiple_tokens");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Token_with_its_signature_in_the_other_valid_form_is_the_same_token()
    {
        var token = _parts.Users.Token(algorithm: "ES256").Build();
        var twin = Encoding.ASCII.GetString(
            Jose.EcdsaTwin.Of(Encoding.ASCII.GetBytes(token), Jose.SignatureAlgorithms.Of(Jose.SignatureAlgorithm.ES256))!);
        using var alone = await _parts.GetAsync("/private/x", ("Authorization", $"Bearer {twin}"));

        using var response = await _parts.GetAsync("/loose/x", token, twin);

        alone.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.ShouldBeProblemAsync(400))["reason"]!.GetValue<string>().ShouldBe("multiple_tokens");
    }

    [Theory]
    [InlineData("X_Workload_Token")]
    [InlineData("x.workload.token")]
    public async Task Alias_of_a_named_header_is_neither_read_nor_forwarded(string alias)
    {
        using var response = await _parts.GetAsync("/pay/x", ("Authorization", $"Bearer {_parts.User()}"), (alias, _parts.Workload()));
        using var passed = await _parts.GetAsync("/private/x", ("Authorization", $"Bearer {_parts.User()}"), (alias, "canary"));

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        passed.StatusCode.ShouldBe(HttpStatusCode.OK);
        ReceivedText().ShouldNotContain("canary");
    }

    [Fact]
    public async Task Token_in_a_source_that_the_policy_does_not_read_is_not_looked_at_and_removed()
    {
        using var response = await _parts.GetAsync(
            "/private/x", ("Authorization", $"Bearer {_parts.User()}"), (TwoTokenGateway.Header, "canary-1"),
            (TwoTokenGateway.Header, "canary-2"), ("Cookie", "a=b; session=canary-3"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        ReceivedText().ShouldNotContain("canary");
        _parts.Destination.Last.Header("Cookie").ShouldBe("a=b");
    }

    [Fact]
    public async Task Public_route_forwards_what_the_client_sends_in_named_sources_too()
    {
        using var response = await _parts.GetAsync("/public/x", (TwoTokenGateway.Header, "canary"), ("Cookie", "session=s"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Header(TwoTokenGateway.Header).ShouldBe("canary");
        _parts.Destination.Last.Header("Cookie").ShouldBe("session=s");
    }

    [Fact]
    public async Task Cookie_can_be_an_alternative_to_the_header()
    {
        using var cookie = await _parts.GetAsync("/browser/x", ("Cookie", $"theme=dark; session={_parts.User("carol")}"));
        using var header = await _parts.GetAsync("/browser/x", _parts.User("dave"), null);
        using var both = await _parts.GetAsync(
            "/browser/x", ("Cookie", $"session={_parts.User("carol")}"), ("Authorization", $"Bearer {_parts.User("dave")}"));

        new[] { cookie, header, both }.ShouldAllBe(response => response.StatusCode == HttpStatusCode.OK);
        _parts.Destination.Received.Select(request => request.Header("X-Auth-Subject")).ShouldBe(["carol", "dave", "carol"]);
        ReceivedText().ShouldNotContain("session=");
    }

    [Theory]
    [InlineData("keeping", "user", "workload", "none", "user workload")]
    [InlineData("keeping-one", "user", "workload", "none", "user")]
    [InlineData("keeping-one", "forged", "workload", "user", "workload")]
    [InlineData("keeping-one", "none", "forged", "user", "session")]
    [InlineData("keeping-user", "user", "workload", "user", "user")]
    public async Task Policy_with_ForwardToken_forwards_the_tokens_that_it_rests_on_alone(
        string route, string user, string workload, string session, string forwarded)
    {
        var (first, second, third) = (TokenOf(user), TokenOf(workload), TokenOf(session));

        using var response = await _parts.GetAsync(
            $"/{route}/x", ("Authorization", first is null ? null : $"Bearer {first}"), (TwoTokenGateway.Header, second),
            ("Cookie", third is null ? "a=b" : $"session={third}; a=b"), ("DPoP", "canary"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var last = _parts.Destination.Last;
        last.Header("Authorization").ShouldBe(forwarded.Contains("user", StringComparison.Ordinal) ? $"Bearer {first}" : null);
        last.Header(TwoTokenGateway.Header).ShouldBe(forwarded.Contains("workload", StringComparison.Ordinal) ? second : null);
        last.Header("Cookie").ShouldBe(forwarded == "session" ? $"session={third}; a=b" : "a=b");
        last.Header("DPoP").ShouldBeNull();
    }

    [Theory]
    [InlineData("trial", "user", "none", "alice", "missing", "unknown")]
    [InlineData("trial", "user", "forged", "alice", "bad_signature", "cluster")]
    [InlineData("trial", "forged", "workload", null, "bad_signature", "cluster")]
    [InlineData("trial", "none", "none", null, "missing", "unknown")]
    [InlineData("trial", "user", "user", "alice", "claim_mismatch", "shop")]
    [InlineData("calling-trial", "user", "none", null, "missing", "unknown")]
    [InlineData("calling-trial", "forged", "workload", TwoTokenGateway.Job, "bad_signature", "cluster")]
    public async Task Report_mode_lets_through_with_the_identity_of_the_token_that_the_policy_names_if_that_is_valid(
        string route, string user, string workload, string? subject, string reason, string issuer)
    {
        using var metrics = new MetricCapture(_parts.Gateway, "gateway.auth.decisions");

        using var response = await _parts.GetAsync($"/{route}/x", TokenOf(user), TokenOf(workload));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Header("X-Auth-Subject").ShouldBe(subject);
        ReceivedText().ShouldNotContain("eyJ");
        metrics.Measurements.ShouldBe([$"1 decision=report reason={reason} route={route} issuer={issuer}"]);
    }

    [Fact]
    public async Task Rate_limit_counts_for_the_caller_that_the_policy_names()
    {
        var workload = _parts.Workload("limited");

        using var first = await _parts.GetAsync("/limited/x", _parts.User("erin"), workload);
        using var other = await _parts.GetAsync("/limited/x", _parts.User("frank"), workload);
        using var second = await _parts.GetAsync("/limited/x", _parts.User("erin"), _parts.Workload("limited-2"));

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        other.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task ResponseExpiry_counts_to_the_first_token_to_expire()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var user = _parts.Users.Token().With("exp", now + 3_000).Build();
        var workload = _parts.Workloads.Token().With("exp", now + 200).Build();

        using var pay = await _parts.GetAsync("/pay/x", user, workload);
        using var either = await _parts.GetAsync("/either/x", user, workload);

        int.Parse(pay.Raw("X-Token-Expires-In")!, null).ShouldBeInRange(0, 200);
        int.Parse(either.Raw("X-Token-Expires-In")!, null).ShouldBeInRange(2_000, 3_000);
    }

    [Fact]
    public async Task Decision_is_counted_for_the_issuer_of_the_caller()
    {
        using var metrics = new MetricCapture(_parts.Gateway, "gateway.auth.decisions");

        using var pay = await _parts.GetAsync("/pay/x", _parts.User(), _parts.Workload());
        using var caller = await _parts.GetAsync("/caller/x", _parts.User(), _parts.Workload());

        metrics.Measurements.ShouldContain(line => line.Contains("decision=allow", StringComparison.Ordinal)
            && line.Contains("route=pay issuer=shop", StringComparison.Ordinal));
        metrics.Measurements.ShouldContain(line => line.Contains("decision=allow", StringComparison.Ordinal)
            && line.Contains("route=caller issuer=cluster", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pay", "user", 401, "Bearer error=\"invalid_token\"")]
    [InlineData("pay", "workload", 401, "Bearer error=\"invalid_token\", realm=\"workload\"")]
    [InlineData("either", "user", 200, TwoTokenGateway.Job)]
    [InlineData("either", "workload", 200, "alice")]
    [InlineData("job", "user", 200, TwoTokenGateway.Job)]
    public async Task Revoked_token_holds_for_no_policy(string route, string revoked, int status, string expected)
    {
        var id = $"two-{route}-{revoked}";
        var user = _parts.Users.Token().With("jti", revoked == "user" ? id : Guid.NewGuid().ToString()).Build();
        var workload = _parts.Workloads.Token()
            .With("sub", TwoTokenGateway.Job)
            .With("jti", revoked == "workload" ? id : Guid.NewGuid().ToString())
            .Build();
        using var before = await _parts.GetAsync($"/{route}/x", user, workload);
        before.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Reset();

        (await _parts.Gateway.RevokeAsync($$"""{ "kind": "jti", "value": "{{id}}", "issuer": "{{(revoked == "user" ? _parts.Users : _parts.Workloads).Issuer}}" }""")).Status.ShouldBe(200);

        using var response = await _parts.GetAsync($"/{route}/x", user, workload);
        ((int)response.StatusCode).ShouldBe(status);
        (status == 200 ? _parts.Destination.Last.Header("X-Auth-Subject") : response.Raw("WWW-Authenticate")).ShouldBe(expected);
        _parts.Destination.Received.Count.ShouldBe(status == 200 ? 1 : 0);
    }

    private string? TokenOf(string kind) => kind switch
    {
        "none" => null,
        "user" => _parts.User(),
        "admin" => _parts.Users.Token().With("scope", "admin").Build(),
        "workload" => _parts.Workload(),
        "expired" => _parts.Workloads.Token().With("iat", 1_000).With("exp", 2_000).Build(),
        "stranger" => new TokenBuilder(_parts.Workloads.Rsa, "https://stranger.example.com").Build(),
        "scheme" => $"Bearer {_parts.Workload()}",
        "list" => $"{_parts.Workload()},{_parts.Workload()}",
        // Signed with the key of the other issuer under the key id of its own.
        _ => Forged(),
    };

    private string Forged()
    {
        using var key = SigningKey.Rsa();
        return new TokenBuilder(key, _parts.Workloads.Issuer).WithHeader("kid", _parts.Workloads.Rsa.KeyId).With("sub", "mallory").Build();
    }

    private string ReceivedText() => string.Join(
        '\n',
        _parts.Destination.Received.SelectMany(request => request.Headers).Select(
            header => $"{header.Key}: {string.Join(" | ", header.Value)}"));
}
