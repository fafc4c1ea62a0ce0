using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.SecurityEvents;

public sealed class SecurityEventGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .With("Gateway:Issuers:shop:SecurityEvents", """{ "Audience": "https://api.example.com" }""")
        .With("Gateway:Issuers:shop:BackChannelLogout", """{ "ClientIds": ["shop-web"] }""")
        .With("ReverseProxy:Routes:all", TestGateway.Route("Anonymous", "/{**rest}"));
}

/// <summary>A transmitter's pushes to <c>/security-events</c>.</summary>
internal static class SecurityEventCalls
{
    public const string Path = "/security-events/shop";

    public static async Task<(int Status, JsonObject? Error)> PushAsync(
        this TestGateway gateway, string token, string path = Path, string type = "application/secevent+jwt")
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(token));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var response = await gateway.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        response.Raw("Cache-Control").ShouldBe("no-store");
        var body = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, body.Length == 0 ? null : JsonNode.Parse(body)!.AsObject());
    }

    /// <summary>400 with a description that ends in this reason.</summary>
    public static void ShouldBeRejected(this (int Status, JsonObject? Error) answer, string reason, string error = "invalid_request")
    {
        answer.Status.ShouldBe(400, reason);
        answer.Error!.Select(member => member.Key).ShouldBe(["err", "description"]);
        answer.Error!["description"]!.GetValue<string>().ShouldEndWith($" {reason}.");
        answer.Error["err"]!.GetValue<string>().ShouldBe(error);
    }
}
