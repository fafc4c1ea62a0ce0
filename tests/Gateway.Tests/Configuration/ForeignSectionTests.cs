using System.Text.Json.Nodes;
using Gateway.Testing.YarpFiles;

namespace Gateway.Tests.Configuration;

/// <summary>What `gateway check` says about the appsettings.json of an application with YARP, before and after it was moved.</summary>
public sealed class ForeignSectionTests
{
    private const string Issuer = """{ "Issuer": "https://idp.example.com", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }""";

    public static TheoryData<string> Files => [.. YarpFile.Names];

    [Theory]
    [InlineData("\"AllowedHosts\": \"*\"", "AllowedHosts", "Match:Hosts")]
    [InlineData("\"allowedHosts\": \"a.example\"", "allowedHosts", "Match:Hosts")]
    [InlineData("\"ConnectionStrings\": { \"Db\": \"Host=db\" }", "ConnectionStrings", "Remove it")]
    [InlineData("\"Authentication\": { \"Schemes\": {} }", "Authentication", "Gateway:Issuers:{name}:Issuer")]
    [InlineData("\"JwtBearerOptions\": { \"Authority\": \"https://a\" }", "JwtBearerOptions", "Gateway:Issuers:{name}:Issuer")]
    [InlineData("\"AzureAdB2C\": { \"Instance\": \"https://a\" }", "AzureAdB2C", "Gateway:Issuers:{name}:Issuer")]
    [InlineData("\"Sso\": { \"ValidAudience\": \"a\" }", "Sso", "Gateway:Issuers:{name}:Issuer")]
    [InlineData("\"Authorization\": { \"Policies\": {} }", "Authorization", "with Scopes and Claims")]
    [InlineData("\"Serilog\": { \"MinimumLevel\": \"Debug\" }", "Serilog", "Logging:LogLevel")]
    [InlineData("\"NLog\": {}", "NLog", "Logging:LogLevel")]
    [InlineData("\"CorsSettings\": { \"Origins\": [] }", "CorsSettings", "CorsPolicy")]
    [InlineData("\"IpRateLimiting\": {}", "IpRateLimiting", "RateLimiterPolicy")]
    [InlineData("\"Redis\": { \"Configuration\": \"redis\" }", "Redis", "Gateway:Revocation:Redis:Connection")]
    [InlineData("\"ApplicationInsights\": { \"ConnectionString\": \"x\" }", "ApplicationInsights", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("\"HealthChecksUI\": {}", "HealthChecksUI", "health checks of destinations")]
    [InlineData("\"Yarp\": { \"Routes\": {}, \"Clusters\": {} }", "Yarp", "Rename it to ReverseProxy.")]
    [InlineData("\"ReversProxy\": {}", "ReversProxy", "Did you mean \"ReverseProxy\"?")]
    [InlineData("\"Kestrell\": {}", "Kestrell", "Did you mean \"Kestrel\"?")]
    [InlineData("\"Weather\": \"fine\"", "Weather", "Remove it; it reads Gateway, Kestrel, Logging, ReverseProxy, Urls.")]
    public async Task Section_that_the_gateway_does_not_read_is_an_error_that_says_what_to_do(string section, string path, string cure)
    {
        var errors = await CheckedConfiguration.ErrorsOfAsync(
            CheckedConfiguration.Good.Replace("{\n  \"Gateway\"", $"{{\n  {section},\n  \"Gateway\"", StringComparison.Ordinal));

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Location.ShouldStartWith("yarp.json:2:");
        error.Cure.ShouldContain(cure);
    }

    [Fact]
    public async Task Policy_of_the_application_is_to_be_defined()
    {
        var error = (await CheckedConfiguration.ErrorsWithAsync("\"read\",", "\"RequireAdministrator\",")).ShouldHaveSingleItem();

        error.Problem.ShouldBe("there is no authorization policy \"RequireAdministrator\".");
        error.Cure.ShouldStartWith("Define it under Gateway:Policies, or name one of these: ");
    }

    [Fact]
    public void There_are_16_files() => YarpFile.Names.Count.ShouldBe(16);

    [Theory]
    [MemberData(nameof(Files))]
    public async Task File_of_an_application_gets_a_message_for_each_section_and_each_route_that_has_to_change(string name)
    {
        var file = YarpFile.Read(name);

        var errors = await CheckedConfiguration.ErrorsOfAsync(file.File.ToJsonString());

        foreach (var section in file.ForeignSections)
        {
            errors.ShouldContain(
                error => error.Path == section && error.Problem != "this section is unknown." && error.Cure.Length > 0, section);
        }

        var open = (file.File["ReverseProxy"]?["Routes"]?.AsObject() ?? [])
            .Where(route => route.Value!["AuthorizationPolicy"] is null)
            .Select(route => route.Key);
        foreach (var route in open)
        {
            errors.ShouldContain(
                error => error.Path == $"ReverseProxy:Routes:{route}:AuthorizationPolicy" && error.Problem == "every route names a policy.",
                route);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task File_that_was_moved_as_the_page_says_has_no_errors(string name)
    {
        var moved = YarpFile.Read(name).ToGateway(JsonNode.Parse(Issuer)!.AsObject());
        WithoutHttps(moved);

        (await CheckedConfiguration.ErrorsOfAsync(moved.ToJsonString())).Select(error => error.ToString()).ShouldBeEmpty();
    }

    /// <summary>An https address needs a certificate, which a file does not bring along.</summary>
    private static void WithoutHttps(JsonObject moved)
    {
        moved.Remove("Urls");
        if (moved["Kestrel"]?["Endpoints"] is JsonObject endpoints)
        {
            endpoints.Remove("https");
        }
    }
}
