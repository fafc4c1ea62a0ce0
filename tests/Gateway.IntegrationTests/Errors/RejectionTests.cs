using System.Net;
using Gateway.Jose;

namespace Gateway.IntegrationTests.Errors;

public sealed class RejectionTests : IClassFixture<RejectionGateways>
{
    private const string Production = "Production";
    private const string Development = "Development";

    private readonly RejectionGateways _gateways;

    public RejectionTests(RejectionGateways gateways)
    {
        _gateways = gateways;
        _gateways.Destination.Forget();
    }

    public static TheoryData<string> Reasons => [.. Enum.GetNames<RejectionReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Reason_is_answered_with_its_status_and_challenge_and_nothing_is_forwarded(string name)
    {
        var reason = Enum.Parse<RejectionReason>(name);
        using var response = await SendAsync(reason, HttpMethod.Get, Production);

        var problem = await response.ShouldBeProblemAsync(StatusOf(reason));

        response.Raw("WWW-Authenticate").ShouldBe(ChallengeOf(reason));
        response.Raw("Retry-After").ShouldBe(StatusOf(reason) == 503 ? "1" : null);
        var hasError = StatusOf(reason) != 503 && reason != RejectionReason.Missing;
        problem.Select(member => member.Key).ShouldBe(hasError ? ["status", "title", "error", "traceId"] : ["status", "title", "traceId"]);
        _gateways.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Reason_is_named_in_the_body_where_errors_are_detailed(string name)
    {
        var reason = Enum.Parse<RejectionReason>(name);
        using var response = await SendAsync(reason, HttpMethod.Get, Development);

        var problem = await response.ShouldBeProblemAsync(StatusOf(reason));

        problem["reason"]!.GetValue<string>().ShouldBe(Jose.Rejections.Of(reason).Tag);
        _gateways.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Head_is_rejected_like_get_without_a_body(string name)
    {
        var reason = Enum.Parse<RejectionReason>(name);
        using var response = await SendAsync(reason, HttpMethod.Head, Production);

        ((int)response.StatusCode).ShouldBe(StatusOf(reason));
        response.Raw("WWW-Authenticate").ShouldBe(ChallengeOf(reason));
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        _gateways.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Valid_token_works_on_the_same_connection_after_a_rejection(string name)
    {
        var reason = Enum.Parse<RejectionReason>(name);
        using (await SendAsync(reason, HttpMethod.Get, Production))
        {
        }

        using var response = await _gateways.For(Production).GetAsync("/private/orders", _gateways.Token().Build());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _gateways.Destination.Received.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Rejection_after_a_valid_token_on_the_same_connection_borrows_nothing_from_it(string name)
    {
        using (await _gateways.For(Production).GetAsync("/private/orders", _gateways.Token().Build()))
        {
        }

        _gateways.Destination.Forget();
        var reason = Enum.Parse<RejectionReason>(name);
        using var response = await SendAsync(reason, HttpMethod.Get, Production);

        ((int)response.StatusCode).ShouldBe(StatusOf(reason));
        _gateways.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_bad_token_gets_the_same_public_answer()
    {
        var answers = new HashSet<string>();
        foreach (var reason in Enum.GetValues<RejectionReason>().Where(reason =>
            reason is not (
                RejectionReason.Missing or RejectionReason.InsufficientAuthentication or RejectionReason.BadProof or RejectionReason.ProofNonce)
                && StatusOf(reason) == 401))
        {
            using var response = await SendAsync(reason, HttpMethod.Get, Production);
            var problem = await response.ShouldBeProblemAsync(401);
            problem.Remove("traceId");
            var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                .Where(header => header.Key != "Date")
                .Select(header => $"{header.Key}: {header.Value}");
            answers.Add($"{string.Join('\n', headers)}\n{problem.ToJsonString()}");
        }

        answers.Count.ShouldBe(1, string.Join("\n---\n", answers));
    }

    [Fact]
    public async Task No_log_line_has_a_token_or_a_claim_of_a_rejected_one()
    {
        var gateway = _gateways.For(Development);
        var token = _gateways.Token().With("sub", "mallory-the-subject").With("aud", "audience-of-mallory").Build();

        using var response = await gateway.GetAsync("/private/orders", token);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var lines = string.Join('\n', gateway.Logs.Lines);
        lines.ShouldContain("wrong_audience");
        lines.ShouldNotContain("mallory");
        lines.ShouldNotContain(token.Split('.')[2]);
    }

    private async Task<HttpResponseMessage> SendAsync(RejectionReason reason, HttpMethod method, string environment)
    {
        using var request = await _gateways.RequestAsync(reason, method, environment);
        return await _gateways.For(environment, reason).Client.SendAsync(request);
    }

    private static int StatusOf(RejectionReason reason) => reason switch
    {
        RejectionReason.MultipleTokens => 400,
        RejectionReason.InsufficientScope or RejectionReason.ClaimMismatch => 403,
        RejectionReason.KeysUnavailable or RejectionReason.RevocationUnavailable or RejectionReason.IntrospectionUnavailable
            or RejectionReason.ExchangeUnavailable => 503,
        _ => 401,
    };

    /// <summary>The gateways have a section for DPoP, so each challenge names its scheme too, with what to ask the issuer for.</summary>
    private static string? ChallengeOf(RejectionReason reason)
    {
        const string algorithms = "DPoP algs=\"ES256 RS256 PS256 Ed25519 EdDSA\"";
        return reason switch
        {
            RejectionReason.BadProof => $"{algorithms}, error=\"invalid_dpop_proof\"",
            RejectionReason.ProofNonce => $"{algorithms}, error=\"use_dpop_nonce\"",
            RejectionReason.InsufficientScope => $"{BearerOf(reason)}, {algorithms}, scope=\"orders:read orders:write\"",
            RejectionReason.InsufficientAuthentication => $"{BearerOf(reason)}, {algorithms}, acr_values=\"mfa\", max_age=\"300\"",
            _ => BearerOf(reason) is { } bearer ? $"{bearer}, {algorithms}" : null,
        };
    }

    private static string? BearerOf(RejectionReason reason) => reason switch
    {
        RejectionReason.Missing => "Bearer",
        RejectionReason.MultipleTokens => "Bearer error=\"invalid_request\"",
        RejectionReason.InsufficientScope => "Bearer error=\"insufficient_scope\", scope=\"orders:read orders:write\"",
        RejectionReason.ClaimMismatch => "Bearer error=\"insufficient_scope\"",
        RejectionReason.InsufficientAuthentication =>
            "Bearer error=\"insufficient_user_authentication\", acr_values=\"mfa\", max_age=\"300\"",
        _ => StatusOf(reason) == 503 ? null : "Bearer error=\"invalid_token\"",
    };
}
