using System.Net;
using Gateway.Revocation;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Revocation;

/// <summary>What each kind of entry stops, and what it leaves alone.</summary>
public sealed class RevokedTokenTests : IClassFixture<StandardGateway>
{
    private readonly StandardGateway _parts;
    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    // Names of this test alone, because the tests of the class share one list.
    private readonly string _name = Guid.NewGuid().ToString("N");

    public RevokedTokenTests(StandardGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData(nameof(RevocationKind.Jti), "jti")]
    [InlineData(nameof(RevocationKind.Sub), "sub")]
    [InlineData(nameof(RevocationKind.Sid), "sid")]
    [InlineData(nameof(RevocationKind.Client), "client_id")]
    public async Task Kind_stops_the_tokens_with_its_claim_and_no_other(string kind, string claim)
    {
        var token = _parts.Issuer.Token().With(claim, _name).Build();
        var other = _parts.Issuer.Token().With(claim, _name + "x").Build();
        await ShouldPassAsync(token);

        await ApplyAsync(new RevocationEntry(Enum.Parse<RevocationKind>(kind), _parts.Issuer.Issuer, _name, _now + 600, _now));

        await ShouldBeRevokedAsync(token);
        await ShouldPassAsync(other);
        // The same name in another claim is another name.
        await ShouldPassAsync(_parts.Issuer.Token().With("tenant", _name).Build());
    }

    [Fact]
    public async Task Token_hash_stops_exactly_one_token_without_jti()
    {
        var token = _parts.Issuer.Token().Without("jti").With("sub", _name).Build();
        var twin = _parts.Issuer.Token().Without("jti").With("sub", _name).With("nonce", 1).Build();

        await ApplyAsync(new RevocationEntry(RevocationKind.Token, _parts.Issuer.Issuer, RevocationKeys.HashOf(token), _now + 600));

        await ShouldBeRevokedAsync(token);
        await ShouldPassAsync(twin);
    }

    [Fact]
    public async Task Issuer_stops_everything_issued_up_to_the_cut_off()
    {
        await using var parts = await StandardGateway.StartAsync(_ => { });
        await AppendAsync(
            parts, new RevocationEntry(RevocationKind.Issuer, parts.Issuer.Issuer, parts.Issuer.Issuer, _now + 600, _now - 10));

        using var old = await parts.Gateway.GetAsync("/private/a", parts.Issuer.Token().With("iat", _now - 10).Build());
        using var young = await parts.Gateway.GetAsync("/private/a", parts.Issuer.Token().With("iat", _now - 9).Build());

        old.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        young.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Entry_of_another_issuer_stops_nothing_here()
    {
        var token = _parts.Issuer.Token().With("sub", _name).With("jti", _name).Build();

        await ApplyAsync(new RevocationEntry(RevocationKind.Sub, "https://other.example", _name, _now + 600, _now));
        await ApplyAsync(new RevocationEntry(RevocationKind.Jti, "https://other.example", _name, _now + 600));

        await ShouldPassAsync(token);
    }

    [Theory]
    [InlineData(-1.0, true)]
    [InlineData(0.0, true)]
    [InlineData(0.9, true)]
    [InlineData(1.0, false)]
    public async Task Cut_off_covers_its_own_second(double secondsAfter, bool isRevoked)
    {
        var cutOff = _now - 100;
        var token = _parts.Issuer.Token().With("sub", _name).With("iat", cutOff + secondsAfter).Build();

        await ApplyAsync(new RevocationEntry(RevocationKind.Sub, _parts.Issuer.Issuer, _name, _now + 600, cutOff));

        await (isRevoked ? ShouldBeRevokedAsync(token) : ShouldPassAsync(token));
    }

    [Fact]
    public async Task Token_that_does_not_say_when_it_was_issued_is_older_than_any_cut_off()
    {
        var token = _parts.Issuer.Token().With("sub", _name).Without("iat").Build();

        await ApplyAsync(new RevocationEntry(RevocationKind.Sub, _parts.Issuer.Issuer, _name, _now + 600, 1));

        await ShouldBeRevokedAsync(token);
    }

    [Fact]
    public async Task Restore_takes_a_revocation_back()
    {
        var token = _parts.Issuer.Token().With("jti", _name).Build();
        var entry = new RevocationEntry(RevocationKind.Jti, _parts.Issuer.Issuer, _name, _now + 600);
        await ApplyAsync(entry);
        await ShouldBeRevokedAsync(token);

        await ApplyAsync(entry with { Operation = RevocationOperation.Restore });

        await ShouldPassAsync(token);
    }

    [Fact]
    public async Task Entry_is_kept_until_no_clock_can_find_its_token_valid_and_then_forgotten()
    {
        var clock = new ShiftedClock();
        await using var parts = await StandardGateway.StartAsync(_ => { }, clock);
        var token = parts.Issuer.Token().With("jti", _name).With("exp", _now + 7200).Build();
        await AppendAsync(parts, new RevocationEntry(RevocationKind.Jti, parts.Issuer.Issuer, _name, _now + 60));

        clock.Advance(TimeSpan.FromMinutes(4));
        using var kept = await parts.Gateway.GetAsync("/private/a", token);
        clock.Advance(TimeSpan.FromMinutes(10));

        kept.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await parts.Gateway.GetAsync("/private/a", token);
                return response.StatusCode == HttpStatusCode.OK;
            },
            "the entry is forgotten");
    }

    private Task ApplyAsync(RevocationEntry entry) => AppendAsync(_parts, entry);

    private static async Task AppendAsync(StandardGateway parts, RevocationEntry entry)
    {
        // A marker behind the entry: when it is in force, so is everything before it.
        var marker = Guid.NewGuid().ToString("N");
        var probe = parts.Issuer.Token().With("jti", marker).Build();
        await parts.Gateway.Services.GetRequiredService<IRevocationLog>().AppendAsync(
            [entry, new RevocationEntry(RevocationKind.Jti, parts.Issuer.Issuer, marker, entry.Expires + 86_400)], CancellationToken.None);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await parts.Gateway.GetAsync("/private/marker", probe);
                return response.StatusCode == HttpStatusCode.Unauthorized;
            },
            "the entry is in force");
    }

    private async Task ShouldBeRevokedAsync(string token)
    {
        _parts.Destination.Forget();
        using var response = await _parts.Gateway.GetAsync("/private/a", token);
        var problem = await response.ShouldBeProblemAsync(401);
        problem["reason"]!.GetValue<string>().ShouldBe("revoked");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    private async Task ShouldPassAsync(string token)
    {
        using var response = await _parts.Gateway.GetAsync("/private/a", token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
    }
}
