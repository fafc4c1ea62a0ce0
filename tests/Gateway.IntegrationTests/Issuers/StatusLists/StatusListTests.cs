using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Issuers.StatusLists;

/// <summary>Tokens that refer to a status list of their issuer.</summary>
public sealed class StatusListTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private FakeIssuer _issuer = null!;
    private FakeStatusList _list = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _list = await FakeStatusList.StartAsync(_issuer, _clock);
        _destination = await RecordingDestination.StartAsync();
        _gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_issuer, _destination)
                .With(
                    "Gateway:Issuers:shop:StatusList",
                    $$"""{ "MaxStale": "00:10:00", "Origins": ["{{new Uri(_list.Address).GetLeftPart(UriPartial.Authority)}}"] }""")
                .With("Gateway:Policies:lenient", """{ "OnRevocationUnavailable": "Allow" }""")
                .With("Gateway:Revocation:MaxStaleness", "\"01:00:00\"")
                .With("ReverseProxy:Routes:lenient", TestGateway.Route("lenient", "/lenient/{**rest}").ToJsonString()),
            _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _list.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData(1, 0, 0b0000_0001, 401)]
    [InlineData(1, 7, 0b1000_0000, 401)]
    [InlineData(1, 7, 0b0111_1111, 200)]
    [InlineData(2, 0, 0b0000_0001, 401)]
    [InlineData(2, 1, 0b0000_1000, 401)]
    [InlineData(2, 1, 0b1111_0011, 200)]
    [InlineData(2, 3, 0b1100_0000, 401)]
    [InlineData(4, 1, 0b0010_0000, 401)]
    [InlineData(4, 1, 0b0000_1111, 200)]
    [InlineData(8, 0, 2, 401)]
    [InlineData(8, 0, 0, 200)]
    public async Task Token_is_revoked_unless_its_status_is_VALID(int bits, long index, byte first, int status)
    {
        _list.Bits = bits;
        _list.Statuses[0] = first;

        (await DecideAsync(Token(index))).ShouldBe(status == 200 ? (200, null) : (401, "revoked"));
    }

    [Fact]
    public async Task Index_beyond_the_list_is_revoked()
    {
        (await DecideAsync(Token(16 * 8 - 1))).ShouldBe((200, null));
        (await DecideAsync(Token(16 * 8))).ShouldBe((401, "revoked"));
        (await DecideAsync(Token(long.MaxValue))).ShouldBe((401, "revoked"));
    }

    [Fact]
    public async Task List_is_fetched_once_for_many_tokens_and_again_when_its_ttl_has_passed()
    {
        _list.Ttl = 60;
        var tokens = Enumerable.Range(0, 20).Select(index => Token(index)).ToArray();
        (await Task.WhenAll(tokens.Select(DecideAsync))).ShouldAllBe(decision => decision.Status == 200);
        _list.Requests.ShouldBe(1);

        _list.Statuses[0] = 0b10;
        _clock.Advance(TimeSpan.FromSeconds(61));

        await Eventually.TrueAsync(async () => await DecideAsync(tokens[1]) == (401, "revoked"), "the list is refreshed");
        (await DecideAsync(tokens[0])).ShouldBe((200, null));
    }

    [Fact]
    public async Task Token_without_the_claim_needs_no_list()
    {
        (await DecideAsync(_issuer.Token(_clock).Build())).ShouldBe((200, null));
        (await DecideAsync(_issuer.Token(_clock).With("status", new JsonObject { ["other"] = 1 }).Build())).ShouldBe((200, null));
        _list.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("""{"status_list":1}""")]
    [InlineData("""{"status_list":{"idx":0}}""")]
    [InlineData("""{"status_list":{"idx":"0","uri":"URI"}}""")]
    [InlineData("""{"status_list":{"idx":-1,"uri":"URI"}}""")]
    [InlineData("""{"status_list":{"idx":0.5,"uri":"URI"}}""")]
    [InlineData("""{"status_list":{"idx":0,"uri":1}}""")]
    [InlineData("""{"status_list":{"idx":0,"uri":"/statuslists/1"}}""")]
    // Addresses that only the gateway can reach, or that another server would answer.
    [InlineData("""{"status_list":{"idx":0,"uri":"http://169.254.169.254/latest/meta-data"}}""")]
    [InlineData("""{"status_list":{"idx":0,"uri":"file:///etc/passwd"}}""")]
    [InlineData("""{"status_list":{"idx":0,"uri":"http://127.0.0.1:1/list"}}""")]
    [InlineData("""{"status_list":{"idx":0,"uri":"ORIGIN@elsewhere.example/"}}""")]
    public async Task Claim_that_names_no_list_that_may_be_fetched_is_rejected(string claim)
    {
        var token = _issuer.Token(_clock).With("status", JsonNode.Parse(claim
            .Replace("URI", _list.Address, StringComparison.Ordinal)
            .Replace("ORIGIN", new Uri(_list.Address).GetLeftPart(UriPartial.Authority), StringComparison.Ordinal))).Build();

        (await DecideAsync(token)).ShouldBe((401, "bad_claim"));
        _list.Requests.ShouldBe(0);
    }

    public static TheoryData<string> Faults =>
    [
        "typ", "alg", "stranger", "sub", "iss", "iat", "exp", "ttl", "bits", "lst", "zlib", "empty", "bomb", "status:500", "status:404",
        "redirect", "text",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task List_that_is_of_no_use_gets_503_unless_the_policy_allows_it(string fault)
    {
        using var stranger = SigningKey.Rsa("rsa-1");
        switch (fault)
        {
            case "status:500" or "status:404":
                _list.Handler = context => AnswerAsync(context, fault == "status:500" ? 500 : 404);
                break;
            case "redirect":
                _list.Handler = context => Task.Run(() => context.Response.Redirect("http://localhost:1/list"));
                break;
            case "text":
                _list.Handler = context => context.Response.WriteAsync("a.b.c");
                break;
            case "stranger":
                _list.Handler = context => _list.WriteAsync(context, stranger, _issuer.Issuer, _clock);
                break;
            default:
                _list.Edit = token => Spoil(token, fault);
                break;
        }

        var token = Token(0);
        (await DecideAsync(token)).ShouldBe((503, "revocation_unavailable"));
        using var allowed = await _gateway.GetAsync("/lenient/a", token);
        allowed.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task List_stays_in_use_while_it_cannot_be_refreshed_until_it_is_too_old()
    {
        _list.Statuses[0] = 0b10;
        var (good, revoked) = (Token(0), Token(1));
        (await DecideAsync(good)).ShouldBe((200, null));
        _list.Handler = context => AnswerAsync(context, 500);

        _clock.Advance(TimeSpan.FromMinutes(2));
        (await DecideAsync(good)).ShouldBe((200, null));
        (await DecideAsync(revoked)).ShouldBe((401, "revoked"));
        _clock.Advance(TimeSpan.FromMinutes(9));
        var late = Token(0);
        await Eventually.TrueAsync(async () => await DecideAsync(late) == (503, "revocation_unavailable"), "the list is too old");

        _list.Handler = null;
        _clock.Advance(TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(async () => await DecideAsync(late) == (200, null), "the list is loaded again");
    }

    [Fact]
    public async Task List_that_is_older_than_the_one_in_use_takes_no_revocation_back()
    {
        _list.Ttl = 60;
        _list.Statuses[0] = 0b10;
        var revoked = Token(1);
        (await DecideAsync(revoked)).ShouldBe((401, "revoked"));
        var before = _clock.GetUtcNow().ToUnixTimeSeconds() - 1;
        _list.Edit = token => token.With("iat", before);
        _list.Statuses[0] = 0;

        _clock.Advance(TimeSpan.FromSeconds(61));
        await Eventually.TrueAsync(
            () => _gateway.Logs.Lines.Any(line => line.Contains("it was issued before the list that is in use", StringComparison.Ordinal)),
            "the older list is not used");
        (await DecideAsync(revoked)).ShouldBe((401, "revoked"));

        _list.Edit = null;
        _clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(async () => await DecideAsync(revoked) == (200, null), "a newer list is in use");
    }

    private static Task AnswerAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static void Spoil(TokenBuilder token, string fault)
    {
        var list = token.Claims["status_list"]!;
        switch (fault)
        {
            case "typ":
                token.WithHeader("typ", "JWT");
                break;
            case "alg":
                token.WithHeader("alg", "none");
                break;
            case "sub" or "iss":
                token.With(fault, "https://other.example/list");
                break;
            case "iat":
                token.With("iat", 99_999_999_999);
                break;
            case "exp":
                token.With("exp", 1);
                break;
            case "ttl":
                token.With("ttl", 0);
                break;
            case "bits":
                list["bits"] = 3;
                break;
            case "lst":
                list["lst"] = "not base64!";
                break;
            case "zlib":
                list["lst"] = "AAAA";
                break;
            case "empty":
                list["lst"] = FakeStatusList.Pack([]);
                break;
            default:
                list["lst"] = FakeStatusList.Pack(new byte[5 * 1024 * 1024]);
                break;
        }
    }

    private string Token(long index) =>
        _issuer.Token(_clock).With("status", _list.Reference(index)).With("exp", _clock.GetUtcNow().ToUnixTimeSeconds() + 3600).Build();

    private async Task<(int Status, string? Reason)> DecideAsync(string token)
    {
        using var response = await _gateway.GetAsync("/private/orders", token);
        var body = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, response.IsSuccessStatusCode ? null : JsonNode.Parse(body)!["reason"]!.GetValue<string>());
    }
}
