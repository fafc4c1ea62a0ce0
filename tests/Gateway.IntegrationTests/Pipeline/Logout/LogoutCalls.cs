using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Logout;

/// <summary>A provider's calls to <c>/backchannel-logout</c>.</summary>
internal static class LogoutCalls
{
    public const string Path = "/backchannel-logout/shop";

    public static async Task<(int Status, JsonObject? Error)> LogOutAsync(this TestGateway gateway, string token, string path = Path)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("logout_token", token), KeyValuePair.Create("unknown", "ignored")]);
        using var response = await gateway.Client.PostAsync(new Uri(path, UriKind.Relative), form);
        response.Raw("Cache-Control").ShouldBe("no-store");
        var body = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, body.Length == 0 ? null : JsonNode.Parse(body)!.AsObject());
    }

    /// <summary>400 with this error and a description that ends in this reason.</summary>
    public static void ShouldBeRejected(this (int Status, JsonObject? Error) answer, string reason, string error = "invalid_request")
    {
        answer.Status.ShouldBe(400, reason);
        answer.Error.ShouldNotBeNull();
        answer.Error["error"]!.GetValue<string>().ShouldBe(error);
        answer.Error["error_description"]!.GetValue<string>().ShouldEndWith(reason);
    }
}
