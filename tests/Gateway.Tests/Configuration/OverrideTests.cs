namespace Gateway.Tests.Configuration;

public sealed class OverrideTests
{
    [Fact]
    public async Task Override_wins_over_the_file()
    {
        var broken = CheckedConfiguration.With("\"https://idp.example.com\"", "\"http://idp.example.com\"");

        (await CheckedConfiguration.ErrorsOfAsync(broken)).ShouldNotBeEmpty();
        (await ErrorsWithAsync(broken, "Gateway:Issuers:shop:Issuer", "https://idp.example.com")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Override_mends_a_value_of_the_wrong_type()
    {
        var broken = CheckedConfiguration.With("\"Issuer\":", "\"ClockSkew\": 30, \"Issuer\":");

        (await ErrorsWithAsync(broken, "Gateway:Issuers:shop:ClockSkew", "00:00:30")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Override_fills_an_empty_item()
    {
        var broken = CheckedConfiguration.With("\"Audiences\": [\"shop-api\"]", "\"Audiences\": []");

        (await ErrorsWithAsync(broken, "Gateway:Issuers:shop:Audiences:0", "shop-api")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Gateway:Issuers:shop:Audience:0", "x", "override Gateway__Issuers__shop__Audience", "this key is unknown.")]
    [InlineData("Gateway:Issuers:shop:Audiences", "x", "override Gateway__Issuers__shop__Audiences", "this must be a list.")]
    [InlineData(
        "Gateway:Issuers:shop:Audiences:first", "x", "override Gateway__Issuers__shop__Audiences__first",
        "this is a list, and the key is not an index.")]
    [InlineData("Gateway:Issuers:shop:ClockSkew", "1 minute", "override Gateway__Issuers__shop__ClockSkew", "this must be a time.")]
    [InlineData("Gateway:Issuers:shop", "x", "override Gateway__Issuers__shop", "this must be an object.")]
    [InlineData("Gateway:Management:Port", "high", "override Gateway__Management__Port", "this must be a number in range.")]
    [InlineData("Gateway:Management:Port", "70000", "override Gateway__Management__Port", "this is no TCP port.")]
    [InlineData(
        "ReverseProxy:Routes:orders:AuthorizationPolicy", "", "override ReverseProxy__Routes__orders__AuthorizationPolicy",
        "every route names a policy.")]
    public async Task Wrong_override_is_reported_as_one(string path, string value, string location, string problem)
    {
        var errors = await ErrorsWithAsync(CheckedConfiguration.Good, path, value);

        var error = errors.ShouldHaveSingleItem();
        error.Location.ShouldBe(location);
        error.Problem.ShouldBe(problem);
    }

    [Fact]
    public async Task Other_variables_of_the_environment_are_none_of_our_business()
    {
        (await ErrorsWithAsync(CheckedConfiguration.Good, "Home", "/root")).ShouldBeEmpty();
    }

    private static Task<IReadOnlyList<Gateway.Settings.ConfigurationError>> ErrorsWithAsync(string yarpJson, string path, string value) =>
        CheckedConfiguration.ErrorsOfAsync(yarpJson, new Dictionary<string, string?> { [path] = value });
}
