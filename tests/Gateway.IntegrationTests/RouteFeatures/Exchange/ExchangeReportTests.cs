using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.RouteFeatures.Exchange;

/// <summary>Exchanges under a policy that only reports.</summary>
public sealed class ExchangeReportTests
{
    [Fact]
    public async Task Failed_exchange_is_503_under_a_policy_that_only_reports_where_there_is_a_caller_and_the_explanation_says_so()
    {
        const string scopes = """ "Scopes": { "All": ["admin"] } """;
        const string report = """ "Mode": "Report" """;
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        await using var endpoint = await FakeTokenEndpoint.StartAsync();
        var configuration = ExchangeTests.Configuration(issuer, destination, endpoint.Address)
            .With(
                "Gateway:TokenSources",
                """[{ "Header": "Authorization", "Scheme": "Bearer" }, { "Name": "service", "Header": "X-Service-Token" }]""")
            .With("Gateway:Policies:user", $$"""{ {{scopes}} }""")
            .With("Gateway:Policies:service", $$"""{ "TokenSource": "service", {{scopes}} }""")
            .With("Gateway:Policies:calling-service", """{ "TokenSource": "service", "Identity": true }""")
            .WithPolicy("plain", $$"""{ {{scopes}}, {{report}} }""")
            .WithPolicy("named", $$"""{ "TokenSource": "service", {{scopes}}, {{report}} }""")
            .WithPolicy("both", $$"""{ "AllOf": ["user", "service"], {{report}} }""")
            .WithPolicy("any", $$"""{ "AnyOf": ["user", "calling-service"], {{report}} }""");
        await using var gateway = await TestGateway.StartAsync(configuration, files: ExchangeTests.Files);
        endpoint.Handler = context => FakeTokenEndpoint.JsonAsync(context, 500, "");
        var (valid, other) = (issuer.Token().Build(), issuer.Token().With("aud", "other").Build());

        foreach (var (route, isNamed, token, hasCaller) in new[]
        {
            ("plain", false, valid, true), ("plain", false, other, false),
            ("named", true, valid, true), ("named", true, other, false),
            // The caller is the user, also where the service is missing. Of "any" it is the service.
            ("both", false, valid, true), ("any", false, valid, false),
        })
        {
            using var request = TestGateway.Request(HttpMethod.Get, $"/{route}/a", isNamed ? null : token);
            if (isNamed)
            {
                request.Headers.Add("X-Service-Token", token);
            }

            using var response = await gateway.Client.SendAsync(request);
            using var question = new FormUrlEncodedContent(
                [KeyValuePair.Create(isNamed ? "token.service" : "token", token), KeyValuePair.Create("route", route)]);
            var (_, explanation) = await gateway.ExplainAsync(question);

            ((int)response.StatusCode, (string?)explanation["verdict"]).ShouldBe(hasCaller ? (503, "refused") : (200, "reported"), route);
            (explanation.Reason() == "exchange_unavailable").ShouldBe(hasCaller, route);
        }
    }
}
