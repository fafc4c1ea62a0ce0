using System.Net;
using Gateway.Jose;

namespace Gateway.IntegrationTests.Errors;

public sealed class RefusalTests : IClassFixture<RefusalGateways>
{
    private const string Production = "Production";
    private const string Development = "Development";

    private readonly RefusalGateways _gateways;

    public RefusalTests(RefusalGateways gateways)
    {
        _gateways = gateways;
        _gateways.Destination.Forget();
    }

    public static TheoryData<string> Reasons => [.. Enum.GetNames<RefusalReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Reason_is_answered_with_its_status_and_challenge_and_nothing_is_forwarded(string name)
    {
        var reason = Enum.Parse<RefusalReason>(name);
        using var response = await SendAsync(reason, HttpMethod.Get, Production);

        var problem = await response.ShouldBeProblemAsync(StatusOf(reason));

        response.Raw("WWW-Authenticate").ShouldBe(ChallengeOf(reason));
        response.Raw("Retry-After").ShouldBe(StatusOf(reason) == 503 ? "1" : null);
        var hasError = StatusOf(reason) != 503 && reason != RefusalReason.Missing;
        problem.Select(member => member.Key).ShouldBe(hasError ? ["status", "title", "error", "traceId"] : ["status", "title", "traceId"]);
        _gateways.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Reason_is_named_in_the_body_where_errors_are_detailed(string name)
    {
        var reason = Enum.Parse<RefusalReason>(name);
        using var response = await SendAsync(reason, HttpMethod.Get, Development);

        var problem = await response.ShouldBeProblemAsync(StatusOf(reason));

        problem["reason"]!.GetValue<string>().ShouldBe(Jose.Refusals.Of(reason).Tag);
        _gateways.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Head_is_refused_like_get_without_a_body(string name)
    {
        var reason = Enum.Parse<RefusalReason>(name);
        using var response = await SendAsync(reason, HttpMethod.Head, Production);

        ((int)response.StatusCode).ShouldBe(StatusOf(reason));
        response.Raw("WWW-Authenticate").ShouldBe(ChallengeOf(reason));
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        _gateways.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Valid_token_works_on_the_same_connection_after_a_refusal(string name)
    {
        var reason = Enum.Parse<RefusalReason>(name);
        using (await SendAsync(reason, HttpMethod.Get, Production))
        {
        }

        using var response = await _gateways.For(Production).GetAsync("/private/orders", _gateways.Token().Build());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _gateways.Destination.Received.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Refusal_after_a_valid_token_on_the_same_connection_borrows_nothing_from_it(string name)
    {
        using (await _gateways.For(Production).GetAsync("/private/orders", _gateways.Token().Build()))
        {
        }

        _gateways.Destination.Forget();
        var reason = Enum.Parse<RefusalReason>(name);
        using var response = await SendAsync(reason, HttpMethod.Get, Production);

        ((int)response.StatusCode).ShouldBe(StatusOf(reason));
        _gateways.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_bad_token_gets_the_same_public_answer()
    {
        var answers = new HashSet<string>();
        foreach (var reason in Enum.GetValues<RefusalReason>().Where(reason => reason != RefusalReason.Missing && StatusOf(reason) == 401))
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
    public async Task No_log_line_has_a_token_or_a_claim_of_a_refused_one()
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

    private async Task<HttpResponseMessage> SendAsync(RefusalReason reason, HttpMethod method, string environment)
    {
        using var request = await _gateways.RequestAsync(reason, method, environment);
        return await _gateways.For(environment, reason).Client.SendAsync(request);
    }

    private static int StatusOf(RefusalReason reason) => reason switch
    {
        RefusalReason.MultipleTokens => 400,
        RefusalReason.InsufficientScope or RefusalReason.ClaimMismatch => 403,
        RefusalReason.KeysUnavailable or RefusalReason.RevocationUnavailable => 503,
        _ => 401,
    };

    private static string? ChallengeOf(RefusalReason reason) => reason switch
    {
        RefusalReason.Missing => "Bearer",
        RefusalReason.MultipleTokens => "Bearer error=\"invalid_request\"",
        RefusalReason.InsufficientScope => "Bearer error=\"insufficient_scope\", scope=\"orders:write\"",
        RefusalReason.ClaimMismatch => "Bearer error=\"insufficient_scope\"",
        _ => StatusOf(reason) == 503 ? null : "Bearer error=\"invalid_token\"",
    };
}
