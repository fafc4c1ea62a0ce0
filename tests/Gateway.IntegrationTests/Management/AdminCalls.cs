using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary>An operator's calls to <c>/admin</c> of a gateway in Development, which asks for no token.</summary>
internal static class AdminCalls
{
    /// <summary>What <c>GET /admin/issuers</c> says about one issuer; null when it is not listed.</summary>
    public static async Task<JsonObject?> DescribeAsync(this TestGateway gateway, string issuer)
    {
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        var issuers = JsonNode.Parse(await client.GetStringAsync("/admin/issuers"))!.AsArray();
        return issuers.FirstOrDefault(each => each!["name"]!.GetValue<string>() == issuer)?.AsObject();
    }

    /// <summary>The status and the issuer afterwards.</summary>
    public static Task<(int Status, JsonObject Issuer)> RefreshAsync(this TestGateway gateway, string issuer) =>
        gateway.PostAsync($"/admin/issuers/{issuer}/refresh");

    public static Task<(int Status, JsonObject Issuer)> ForgetKeyAsync(this TestGateway gateway, string issuer, string keyId) =>
        gateway.PostAsync($"/admin/issuers/{issuer}/forget-key/{keyId}");

    public static string?[] KeyIds(this JsonObject issuer) => [.. issuer["keys"]!.AsArray().Select(key => key!["kid"]?.GetValue<string>())];

    public static string? LastError(this JsonObject issuer) => issuer["lastError"]?.GetValue<string>();

    /// <summary>In how many seconds the issuer's keys will be loaded again.</summary>
    public static double NextRefreshIn(this JsonObject issuer, TimeProvider time) =>
        (issuer["nextRefresh"]!.GetValue<DateTimeOffset>() - time.GetUtcNow()).TotalSeconds;

    private static async Task<(int Status, JsonObject Issuer)> PostAsync(this TestGateway gateway, string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), null);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }
}
