using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline;

/// <summary>Constraints of routes are applied to paths of clients without a token, so that none may take long.</summary>
public sealed class RouteConstraintTests(RouteConstraintTests.Gateways parts) : IClassFixture<RouteConstraintTests.Gateways>
{
    // The time that ASP.NET Core gives a regular expression, after which it answers 500.
    private static readonly TimeSpan BacktrackingTimeout = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Path_on_which_a_regular_expression_would_backtrack_is_not_found_at_once()
    {
        var start = TimeProvider.System.GetTimestamp();

        var response = await parts.Gateway.GetAsync($"/nested/{new string('a', 4000)}!");

        ((int)response.StatusCode).ShouldBe(404);
        TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(BacktrackingTimeout);
    }

    [Theory]
    [InlineData("/nested/aaa", 200)]
    [InlineData("/nested/AAA", 200)]
    [InlineData("/nested/aab", 404)]
    [InlineData("/part/xxKEYxx", 200)]
    [InlineData("/part/kee", 404)]
    [InlineData("/digits/1234", 200)]
    [InlineData("/digits/12345", 404)]
    [InlineData("/letters/abC", 200)]
    [InlineData("/letters/ab1", 404)]
    public async Task Regular_expression_ignores_case_and_may_match_a_part(string path, int status) =>
        ((int)(await parts.Gateway.GetAsync(path)).StatusCode).ShouldBe(status);

    public sealed class Gateways : StandardGateway
    {
        private protected override void Configure(System.Text.Json.Nodes.JsonObject configuration)
        {
            var routes = configuration["ReverseProxy"]!["Routes"]!;
            routes["nested"] = TestGateway.Route("Anonymous", "/nested/{id:regex(^(a+)+$)}");
            routes["part"] = TestGateway.Route("Anonymous", "/part/{id:regex(key)}");
            routes["digits"] = TestGateway.Route("Anonymous", @"/digits/{id:regex(^\d{{2,4}}$)}");
            routes["letters"] = TestGateway.Route("Anonymous", "/letters/{id:alpha}");
        }
    }
}
