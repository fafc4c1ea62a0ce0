using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Authentication;

/// <summary><c>HttpContext.User</c> of proxied requests, as code of a fork sees it.</summary>
public sealed class UserTests : IClassFixture<UserGateway>
{
    private readonly UserGateway _parts;

    public UserTests(UserGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Fact]
    public async Task Verified_token_is_the_user_on_a_miss_and_on_a_hit()
    {
        var token = _parts.Issuer.Token()
            .With("roles", new JsonArray("ops", "admin"))
            .With("address", new JsonObject { ["city"] = "Kiel" })
            .Build();
        foreach (var use in new[] { "miss", "hit", "second hit" })
        {
            (await StatusAsync("/private/a", token)).ShouldBe(200, use);

            var seen = _parts.Last;
            seen.IsAuthenticated.ShouldBeTrue(use);
            seen.Name.ShouldBe("alice");
            seen.Claims.Where(claim => claim.Type == "roles").Select(claim => claim.Value).ShouldBe(["ops", "admin"]);
            seen.Claims.Single(claim => claim.Type == "address").Value.ShouldBe("""{"city":"Kiel"}""");
            seen.Claims.ShouldAllBe(claim => claim.Issuer == _parts.Issuer.Issuer);
            seen.Result.ShouldNotBeNull().Succeeded.ShouldBeTrue(use);
            seen.Result.Ticket!.AuthenticationScheme.ShouldBe("Bearer");
            seen.Result.Properties!.ExpiresUtc!.Value.ToUnixTimeSeconds().ShouldBe(
                long.Parse(seen.Claims.Single(claim => claim.Type == "exp").Value));
        }
    }

    [Theory]
    [InlineData("/private/a", false)]
    [InlineData("/trial/a", true)]
    public async Task Rejected_token_leaves_no_user(string path, bool isForwarded)
    {
        var good = _parts.Issuer.Token();
        foreach (var bad in new[]
        {
            good.Build()[..^8] + "AAAAAAAA", "nonsense", _parts.Issuer.Token().With("exp", 1).Build(),
            _parts.Issuer.Token().With("aud", "other").Build(),
        })
        {
            await StatusAsync(path, bad);

            _parts.Last.IsAuthenticated.ShouldBeFalse();
            _parts.Last.Claims.ShouldBeEmpty();
            _parts.Last.Result.ShouldBeNull();
            _parts.Last.ReachedTheProxy.ShouldBe(isForwarded);
        }
    }

    [Fact]
    public async Task Public_route_has_no_user_even_with_a_good_token()
    {
        var token = _parts.Issuer.Token().Build();
        (await StatusAsync("/private/a", token)).ShouldBe(200);

        (await StatusAsync("/public/a", token)).ShouldBe(200);

        _parts.Last.IsAuthenticated.ShouldBeFalse("nothing authenticates ahead of the stages or on a public route");
        _parts.Last.Result.ShouldBeNull();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task User_does_not_stay_for_the_next_request_of_the_connection(string version)
    {
        using var client = _parts.Gateway.CreateClient(Version.Parse(version));
        foreach (var (path, token) in new[]
        {
            ("/private/a", _parts.Issuer.Token().Build()), ("/public/a", null), ("/trial/a", "nonsense"), ("/nowhere", null),
        })
        {
            using var request = TestGateway.Request(HttpMethod.Get, path, token);
            (request.Version, request.VersionPolicy) = (Version.Parse(version), HttpVersionPolicy.RequestVersionExact);
            using var answer = await client.SendAsync(request);
            await Eventually.TrueAsync(
                () => _parts.Seen.Any(seen => seen.Path == path), $"the request to {path} is over: {(int)answer.StatusCode}");
        }

        var seen = _parts.Seen;
        seen.Select(request => request.Connection).Distinct().Count().ShouldBe(1);
        seen.Select(request => request.IsAuthenticated).ShouldBe([true, false, false, false]);
        seen.Select(request => request.Result is not null).ShouldBe([true, false, false, false]);
    }

    [Fact]
    public async Task Token_that_a_policy_rejects_still_sets_the_user()
    {
        (await StatusAsync("/admins/a", _parts.Issuer.Token().Build())).ShouldBe(403);

        _parts.Last.Name.ShouldBe("alice");
        _parts.Last.ReachedTheProxy.ShouldBeFalse();
        _parts.Destination.Received.ShouldBeEmpty();
    }

    private async Task<int> StatusAsync(string path, string token)
    {
        var count = _parts.Seen.Length;
        using var answer = await _parts.Gateway.GetAsync(path, token);
        await Eventually.TrueAsync(() => _parts.Seen.Length > count, "the request is over");
        return (int)answer.StatusCode;
    }
}
