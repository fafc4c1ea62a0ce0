using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Identity;

/// <summary>
/// <c>Gateway:Identity:ResponseExpiry</c> tells clients how long their token lasts, by the HS256 tokens that services issue for themselves.
/// </summary>
public sealed class ResponseExpiryTests : IAsyncLifetime
{
    private const string Secret = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";
    private const string Header = "X-Token-Expires-In";

    private readonly ShiftedClock _clock = new();
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _destination = await RecordingDestination.StartAsync();
        _gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_destination)
                .With("Gateway:Issuers:app", """
                    { "Issuer": "app", "AcceptWithoutIssuer": true, "AcceptWithoutAudience": true, "Keys": { "SecretFile": "app.secret" }, "Algorithms": ["HS256"] }
                    """)
                .With("Gateway:Identity:ResponseExpiry", JsonValue.Create(Header))
                .WithPolicy("admins", """{ "Scopes": { "All": ["admin"] } }""")
                .WithPolicy("reported", """{ "Scopes": { "All": ["admin"] }, "Mode": "Report" }"""),
            time: _clock, files: new Dictionary<string, string> { ["app.secret"] = Secret });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
    }

    [Theory]
    [InlineData("/private/x", 200)]
    [InlineData("/admins/x", 403)]
    [InlineData("/reported/x", 200)]
    public async Task Every_response_to_a_verified_token_says_how_long_it_lasts(string path, int status)
    {
        using var response = await _gateway.GetAsync(path, TokenOf(TimeSpan.FromMinutes(30)));

        ((int)response.StatusCode).ShouldBe(status);
        Seconds(response).ShouldBeInRange(1600, 1800);
    }

    [Fact]
    public async Task Failure_of_the_destination_says_it_too()
    {
        _destination.Handler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        using var response = await _gateway.GetAsync("/private/x", TokenOf(TimeSpan.FromMinutes(30)));

        ((int)response.StatusCode).ShouldBe(502);
        Seconds(response).ShouldBeInRange(1600, 1800);
    }

    [Fact]
    public async Task Cached_token_counts_down_and_within_the_clock_skew_it_is_zero()
    {
        var token = TokenOf(TimeSpan.FromMinutes(30));
        using var first = await _gateway.GetAsync("/private/x", token);
        _clock.Jump(TimeSpan.FromMinutes(10));
        using var later = await _gateway.GetAsync("/private/x", token);
        _clock.Jump(TimeSpan.FromMinutes(20));
        using var last = await _gateway.GetAsync("/private/x", token);

        (Seconds(first) - Seconds(later)).ShouldBeInRange(600, 700);
        ((int)last.StatusCode).ShouldBe(200);
        Seconds(last).ShouldBe(0);
    }

    [Theory]
    [InlineData("/public/x", 200)]
    [InlineData("/private/x", 401)]
    [InlineData("/reported/x", 200)]
    public async Task Without_a_verified_token_there_is_none(string path, int status)
    {
        // One that the policy in report mode lets through, and a public route does not read.
        using var response = await _gateway.GetAsync(path, TokenOf(TimeSpan.FromMinutes(-30)));

        ((int)response.StatusCode).ShouldBe(status);
        response.Raw(Header).ShouldBeNull();
    }

    [Fact]
    public async Task Neither_a_destination_nor_a_client_can_set_it()
    {
        _destination.Handler = context =>
        {
            context.Response.Headers["x-token-expires-in"] = "999999";
            context.Response.Headers.Append("X-Other", "kept");
            return Task.CompletedTask;
        };
        using var request = TestGateway.Request(HttpMethod.Get, "/private/x", TokenOf(TimeSpan.FromMinutes(30)));
        request.Headers.Add("X_Token_Expires_In", "1");
        request.Headers.Add(Header, "2");

        using var response = await _gateway.Client.SendAsync(request);
        using var open = await _gateway.GetAsync("/public/x");

        Seconds(response).ShouldBeInRange(1600, 1800);
        _destination.Received.First().Headers.Keys.ShouldNotContain(
            name => name.Replace('_', '-').Equals(Header, StringComparison.OrdinalIgnoreCase));
        open.Raw(Header).ShouldBeNull();
        open.Raw("X-Other").ShouldBe("kept");
    }

    private static int Seconds(HttpResponseMessage response) => int.Parse(response.Raw(Header)!, CultureInfo.InvariantCulture);

    /// <summary>HS256 with <c>sub</c> and <c>exp</c>, as small services make them.</summary>
    private string TokenOf(TimeSpan lifetime) => new TokenBuilder(SigningKey.Secret(Encoding.UTF8.GetBytes(Secret)), "app", _clock, "HS256")
        .WithoutHeader("kid").Without("iss").Without("aud").With("exp", _clock.GetUtcNow().Add(lifetime).ToUnixTimeSeconds()).Build();
}
