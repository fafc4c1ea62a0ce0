using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary>An answer of <c>/admin/revocations</c>.</summary>
internal sealed record RevocationAnswer(int Status, JsonObject Body, HttpResponseHeaders Headers)
{
    public string? Error => Body["error"]?.GetValue<string>();

    public string? Description => Body["error_description"]?.GetValue<string>();

    public void ShouldBeUnavailable()
    {
        Status.ShouldBe(503);
        Error.ShouldBe("temporarily_unavailable");
        Headers.RetryAfter.ShouldNotBeNull().ToString().ShouldBe("1");
    }

    public JsonObject[] Entries => [.. Body["revocations"]!.AsArray().Select(entry => entry!.AsObject())];
}

/// <summary>An operator's calls to <c>/admin/revocations</c>.</summary>
internal static class RevocationCalls
{
    public static Task<RevocationAnswer> RevokeAsync(this TestGateway gateway, string json, string? token = null) =>
        SendAsync(gateway, HttpMethod.Post, "", new StringContent(json, Encoding.UTF8, "application/json"), token);

    public static Task<RevocationAnswer> ListAsync(this TestGateway gateway, string query = "") =>
        SendAsync(gateway, HttpMethod.Get, query, null, null);

    public static Task<RevocationAnswer> RestoreAsync(this TestGateway gateway, string query, string? token = null) =>
        SendAsync(gateway, HttpMethod.Delete, query, null, token);

    /// <summary>As RFC 7009 has it.</summary>
    public static Task<RevocationAnswer> RevokeTokenAsync(this TestGateway gateway, params (string Name, string Value)[] form) =>
        SendAsync(
            gateway, HttpMethod.Post, "/token",
            new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))), null);

    public static async Task<RevocationAnswer> SendAsync(
        this TestGateway gateway, HttpMethod method, string rest, HttpContent? content, string? token)
    {
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        using var request = TestGateway.Request(method, "/admin/revocations" + rest, token);
        request.Content = content;
        using var response = await client.SendAsync(request);
        response.Raw("Cache-Control").ShouldBe("no-store");
        var body = await response.Content.ReadAsStringAsync();
        return new RevocationAnswer((int)response.StatusCode, JsonNode.Parse(body)!.AsObject(), response.Headers);
    }

    /// <summary>The Unix time of a time in ISO 8601.</summary>
    public static long Seconds(this JsonNode time) => DateTimeOffset.ParseExact(
        time.GetValue<string>(), "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds();

    /// <summary>Asks until the gateway rejects the token, or accepts it again.</summary>
    public static Task UntilAsync(this TestGateway gateway, string token, int status) => Eventually.TrueAsync(
        async () =>
        {
            using var answer = await gateway.GetAsync("/private/a", token);
            return (int)answer.StatusCode == status;
        },
        $"the answer is {status}");

    public static async Task ShouldAnswerAsync(this TestGateway gateway, string token, int status)
    {
        using var answer = await gateway.GetAsync("/private/a", token);
        ((int)answer.StatusCode).ShouldBe(status);
    }
}
