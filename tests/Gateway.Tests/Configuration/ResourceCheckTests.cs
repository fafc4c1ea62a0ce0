using Gateway.Settings;

namespace Gateway.Tests.Configuration;

/// <summary>What is wrong with protected resources and the routes that name them.</summary>
public sealed class ResourceCheckTests
{
    private const string Policies = "\"Policies\": {";
    private const string Good = "\"Resource\": \"https://api.example.com/orders\"";

    [Theory]
    [InlineData("\"Resource\": \"http://api.example.com/orders\"", "this is not the URL of an API.")]
    [InlineData("\"Resource\": \"https://api.example.com/orders#x\"", "this is not the URL of an API.")]
    [InlineData("\"Resource\": \"https://api.example.com/orders?x=1\"", "this is not the URL of an API.")]
    [InlineData("\"Resource\": \"https://user@api.example.com/orders\"", "this is not the URL of an API.")]
    [InlineData("\"Resource\": \"https://api.example.com/a b\"", "this is not the URL of an API.")]
    [InlineData("\"Resource\": \"https://b\u00fccher.example/\"", "this is not the URL of an API.")]
    [InlineData("\"Resource\": \"https://api.example.com/\\\"\"", "this is not the URL of an API.")]
    [InlineData("\"Resource\": \"/orders\"", "this is not the URL of an API.")]
    [InlineData("\"Resource\": \"urn:example:orders\"", "this is not the URL of an API.")]
    [InlineData("\"Scopes\": [\"a\"]", "this is not the URL of an API.")]
    public async Task Resource_that_is_no_https_url_is_an_error(string resource, string problem)
    {
        var error = (await ErrorsOfAsync($"{{ {resource}, \"AuthorizationServers\": [\"shop\"] }}")).ShouldHaveSingleItem();

        error.Path.ShouldBe("Gateway:Resources:orders:Resource");
        error.Problem.ShouldBe(problem);
    }

    [Theory]
    [InlineData("", ":AuthorizationServers", "at least one is required.", "Name the issuers whose tokens the routes accept.")]
    [InlineData(
        ", \"AuthorizationServers\": [\"shp\"]", ":AuthorizationServers:0",
        "this is neither an issuer of Gateway:Issuers nor an https URL.", "Did you mean \"shop\"?")]
    [InlineData(
        ", \"AuthorizationServers\": [\"shop\", \"http://login.example.com\"]", ":AuthorizationServers:1",
        "this is neither an issuer of Gateway:Issuers nor an https URL.", "")]
    [InlineData(
        ", \"AuthorizationServers\": [\"shop\"], \"Scopes\": [\"a b\"]", ":Scopes:0", "this is not a valid scope.", "Use visible ASCII")]
    public async Task Resource_without_an_authorization_server_is_an_error(string more, string path, string problem, string cure)
    {
        var error = (await ErrorsOfAsync($"{{ {Good}{more} }}")).ShouldHaveSingleItem();

        error.Path.ShouldBe("Gateway:Resources:orders" + path);
        error.Problem.ShouldBe(problem);
        error.Cure.ShouldStartWith(cure);
    }

    [Theory]
    [InlineData("urn:example:shop", "\"Keys\": { \"JwksUri\": \"https://idp.example.com/keys\" }")]
    [InlineData("https://idp.example.com/{realm}", "\"Template\": { \"AnyOf\": [\"a\"] }, \"Keys\": { \"Discovery\": true }")]
    public async Task Issuer_that_clients_cannot_find_by_its_iss_is_an_error(string issuer, string keys)
    {
        var yarpJson = CheckedConfiguration.With(
            Policies, $"\"Resources\": {{ \"orders\": {{ {Good}, \"AuthorizationServers\": [\"shop\"] }} }}, {Policies}")
            .Replace("https://idp.example.com", issuer, StringComparison.Ordinal).Replace(
                "\"Keys\": { \"Discovery\": true }", keys, StringComparison.Ordinal);

        var error = (await CheckedConfiguration.ErrorsOfAsync(yarpJson)).ShouldHaveSingleItem();

        error.Path.ShouldBe("Gateway:Resources:orders:AuthorizationServers:0");
        error.Problem.ShouldBe($"the `iss` of this issuer, \"{issuer}\", is not one https URL at which clients find it.");
    }

    [Fact]
    public async Task Two_resources_at_one_address_are_an_error()
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(
            Policies,
            $$"""
            "Resources": { "a": { {{Good}}, "AuthorizationServers": ["shop"] }, "b": { "Resource": "https://API.example.com:443/orders", "AuthorizationServers": ["shop"] } }, {{Policies}}
            """);

        errors.ShouldHaveSingleItem().Problem.ShouldBe("resource \"a\" has the same address.");
    }

    [Theory]
    [InlineData(
        "\"Routes\": { \"orders\": { \"Resource\": \"ordrs\" } }", "Gateway:Routes:orders:Resource",
        "there is no \"ordrs\" in Gateway:Resources.")]
    public async Task Route_of_an_unknown_resource_is_an_error(string routes, string path, string problem)
    {
        var error = (await ErrorsOfAsync($"{{ {Good}, \"AuthorizationServers\": [\"shop\"] }}", routes)).ShouldHaveSingleItem();

        error.Path.ShouldBe(path);
        error.Problem.ShouldBe(problem);
        error.Cure.ShouldBe("Did you mean \"orders\"?");
    }

    [Fact]
    public async Task Public_route_of_a_resource_is_an_error()
    {
        var yarpJson = CheckedConfiguration.With(
            Policies,
            $"\"Resources\": {{ \"orders\": {{ {Good}, \"AuthorizationServers\": [\"shop\"] }} }}, \"Routes\": " +
                $"{{ \"orders\": {{ \"Resource\": \"orders\" }} }}, {Policies}")
            .Replace("\"read\",", "\"anonymous\",", StringComparison.Ordinal);

        var error = (await CheckedConfiguration.ErrorsOfAsync(yarpJson)).ShouldHaveSingleItem();

        error.Path.ShouldBe("Gateway:Routes:orders:Resource");
        error.Problem.ShouldBe("this route is public, so no client is told where to get a token.");
    }

    [Theory]
    [InlineData("/.well-known/oauth-protected-resource")]
    [InlineData(".Well-Known/OAuth-Protected-Resource/{**rest}")]
    public async Task Route_where_the_metadata_is_served_is_an_error(string path)
    {
        var yarpJson = CheckedConfiguration.With("/orders/{**rest}", path);
        (await CheckedConfiguration.ErrorsOfAsync(yarpJson)).ShouldBeEmpty("without resources it is a path like any other");

        var errors = await CheckedConfiguration.ErrorsOfAsync(yarpJson.Replace(
            Policies, $"\"Resources\": {{ \"orders\": {{ {Good}, \"AuthorizationServers\": [\"shop\"] }} }}, {Policies}",
            StringComparison.Ordinal));

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("ReverseProxy:Routes:orders:Match:Path");
        error.Problem.ShouldBe("here the gateway serves the metadata of Gateway:Resources.");
    }

    private static Task<IReadOnlyList<ConfigurationError>> ErrorsOfAsync(string resource, string? more = null) =>
        CheckedConfiguration.ErrorsWithAsync(
            Policies, $"\"Resources\": {{ \"orders\": {resource} }}, {(more is null ? "" : $"{more}, ")}{Policies}");
}
