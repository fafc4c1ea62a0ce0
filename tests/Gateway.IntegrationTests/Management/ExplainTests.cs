using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary><c>POST /admin/explain</c> says what a request with the token gets.</summary>
public sealed class ExplainTests(StandardGateway parts) : IClassFixture<StandardGateway>
{
    [Fact]
    public async Task Verdict_is_that_of_a_request()
    {
        using var stranger = SigningKey.Rsa("rsa-1");
        var good = parts.Issuer.Token();
        foreach (var token in new[]
        {
            good.Build(), good.Build()[..^10] + "AAAAAAAAAA", parts.Issuer.Token().With("aud", "other").Build(),
            parts.Issuer.Token().With("exp", 1).Build(),
            parts.Issuer.Token().WithHeader("kid", "unknown").Build(), new TokenBuilder(stranger, parts.Issuer.Issuer).Build(), "abc",
        })
        {
            using var request = await parts.Gateway.GetAsync("/private/a", token);

            var (status, answer) = await ExplainAsync(
                new FormUrlEncodedContent([KeyValuePair.Create("token", token), KeyValuePair.Create("route", "private")]));

            status.ShouldBe(200, answer.ToJsonString());
            (answer["status"]?.GetValue<int>() ?? 200).ShouldBe((int)request.StatusCode, answer["summary"]!.GetValue<string>());
            answer.ToJsonString().ShouldNotContain(token.Split('.')[^1] is { Length: > 20 } signature ? signature : "no signature");
        }
    }

    [Fact]
    public async Task Revoked_token_is_explained_as_such()
    {
        var name = Guid.NewGuid().ToString("N");
        var token = parts.Issuer.Token().With("jti", name).Build();
        (await parts.Gateway.RevokeAsync($$"""{ "kind": "jti", "value": "{{name}}" }""")).Status.ShouldBe(200);
        await parts.Gateway.UntilAsync(token, 401);

        var (_, answer) =
            await ExplainAsync(new StringContent($$"""{ "token": "{{token}}", "route": "private" }""", Encoding.UTF8, "application/json"));

        answer["reason"]!.GetValue<string>().ShouldBe("revoked");
    }

    [Theory]
    [InlineData("{}", "token: this is required.")]
    [InlineData("""{ "token": "a", "route": "privat" }""", "route: there is no route ?privat?. Did you mean ?private??")]
    [InlineData("""{ "token": "a", "rout": "x" }""", "rout: this is unknown; known are token, token.SOURCE and route.")]
    [InlineData("""{ "token": 1 }""", "token: this must be text.")]
    [InlineData("[]", "The body is not strict JSON in UTF-8, with no member twice.")]
    public async Task Wrong_body_is_told_what_to_send(string json, string description)
    {
        var (status, answer) = await ExplainAsync(new StringContent(json, Encoding.UTF8, "application/json"));

        status.ShouldBe(400);
        answer["error_description"]!.GetValue<string>().ShouldBe(description);
    }

    private Task<(int Status, JsonObject Body)> ExplainAsync(HttpContent content) => parts.Gateway.ExplainAsync(content);
}
