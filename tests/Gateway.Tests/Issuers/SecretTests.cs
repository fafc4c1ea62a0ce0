using Gateway.Tests.Configuration;

namespace Gateway.Tests.Issuers;

/// <summary>A message may name a setting and a file, but never what a secret is.</summary>
public sealed class SecretTests
{
    private const string Canary = "canary-7f3d9b51";

    [Theory]
    [InlineData("Gateway:Issuers:shop:Keys:SecretFile")]
    [InlineData("Gateway:Issuers:shop:Keys:Headers")]
    [InlineData("Gateway:Issuers:shop:Keys:Headers:X Key")]
    [InlineData("Gateway:Issuers:shop:Keys:Proxy")]
    [InlineData("Gateway:Issuers:shop:Keys:CaFile")]
    [InlineData("Gateway:Issuers:shop:Keys:Secret")]
    [InlineData("Gateway:Issuers:shop:Keys:JwksUri")]
    [InlineData("Gateway:Issuers:shop:Keys:JwksFile")]
    [InlineData("Gateway:Issuers:shop:Keys:Discovery")]
    [InlineData("Gateway:Issuers:shop:Keys")]
    [InlineData("Gateway:Issuers:shop:ClockSkew")]
    [InlineData("Gateway:Issuers:shop:Algorithms:0")]
    [InlineData("Gateway:Policies:read:Mode")]
    [InlineData("Gateway:Management:Port")]
    [InlineData("Gateway:Revocation:Store")]
    [InlineData("Gateway:Identity:Headers:X-Auth-Subject:x")]
    [InlineData("ReverseProxy:Routes:orders:AuthorizationPolicy")]
    [InlineData("ReverseProxy:Clusters:shop:Destinations:one:Address")]
    [InlineData("Gateway")]
    public async Task Value_of_an_override_that_is_wrong_is_not_shown(string path)
    {
        var errors =
            await CheckedConfiguration.ErrorsOfAsync(CheckedConfiguration.Good, new Dictionary<string, string?> { [path] = Canary });

        errors.ShouldNotBeEmpty();
        errors.ShouldAllBe(error => !error.ToString().Contains(Canary));
    }

    [Theory]
    [InlineData("[\"RS256\"]")]
    [InlineData("[]")]
    [InlineData("[\"HS257\"]")]
    public async Task Content_of_a_secret_file_is_not_shown(string algorithms)
    {
        var yarpJson = CheckedConfiguration.With("\"Discovery\": true }", $"\"SecretFile\": \"secret\" }}, \"Algorithms\": {algorithms}");

        var errors = await CheckedConfiguration.ErrorsOfAsync(yarpJson, files: new Dictionary<string, string> { ["secret"] = Canary });

        errors.ShouldNotBeEmpty();
        errors.ShouldAllBe(error => !error.ToString().Contains(Canary));
    }
}
