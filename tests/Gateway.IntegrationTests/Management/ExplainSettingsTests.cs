namespace Gateway.IntegrationTests.Management;

/// <summary>An explanation also tells what else decides about the route's requests.</summary>
public sealed class ExplainSettingsTests
{
    [Fact]
    public async Task Settings_of_the_route_are_told_with_their_effect()
    {
        await using var parts = await StandardGateway.StartAsync(configuration =>
        {
            configuration
                .With("Gateway:TokenSources", """
                    [
                      { "Header": "Authorization", "Scheme": "Bearer" }, { "Cookie": "at" },
                      { "WebSocketProtocol": "bearer" }, { "Query": "access_token" }
                    ]
                    """)
                .With("Gateway:Routes:private", """{ "EncodedSlashes": "PassThrough" }""")
                .With("Gateway:Limits", """{ "RepeatedSlashes": "Merge" }""")
                .With("Gateway:Clusters:recorder", """{ "Retry": { "Attempts": 2, "Budget": 0.1 }, "MaxInFlight": 500 }""")
                .With("Gateway:RateLimits:per-user", """{ "Permits": 100, "Window": "00:01:00", "PartitionBy": "sub" }""")
                .With("Gateway:Identity", """{ "ResponseExpiry": "X-Token-Expires-In" }""")
                .With("ReverseProxy:Routes:private:RateLimiterPolicy", "\"per-user\"");
        });

        (await SettingsAsync(parts, "private")).ShouldBe(
        [
            "token sources: header Authorization (Bearer); cookie at; subprotocol bearer, on WebSocket upgrades only; "
                + "query parameter access_token, on WebSocket upgrades and event streams only",
            "encoded slashes: %2F passes, and the destination receives the path as it was sent",
            "path parameters: ; in a path is rejected with 400",
            "repeated slashes: become one before the request is routed",
            "rate limit: per-user: 100 in 60 s by sub, FixedWindow, counted by each replica for itself",
            "retry: 2 more destinations at most, for up to 10 % of requests",
            "requests in flight: 500 to the cluster, more get 503",
            "response expiry: header X-Token-Expires-In: the seconds that the token has left",
            "exchange: none",
            "assertion: none",
        ]);
        (await SettingsAsync(parts, "public")).ShouldBe(
        [
            "encoded slashes: %2F in a path is rejected with 400",
            "path parameters: ; in a path is rejected with 400",
            "repeated slashes: become one before the request is routed",
            "rate limit: none",
            "retry: 2 more destinations at most, for up to 10 % of requests",
            "requests in flight: 500 to the cluster, more get 503",
        ]);
    }

    [Fact]
    public async Task Command_tells_the_same_as_the_gateway()
    {
        await using var parts = await StandardGateway.StartAsync(_ => { });
        var token = parts.Issuer.Token().Build();

        var asked = (await parts.Gateway.ExplainAsync(token, "private"))["settings"]!.ToJsonString();
        var (_, answer) = await parts.Gateway.ExplainByCommandAsync(token, "private");

        answer["settings"]!.ToJsonString().ShouldBe(asked);
    }

    private static async Task<string[]> SettingsAsync(StandardGateway parts, string route) =>
    [
        .. (await parts.Gateway.ExplainAsync(parts.Issuer.Token().Build(), route))["settings"]!.AsArray()
            .Select(each => $"{each!["setting"]}: {each["effect"]}"),
    ];
}
