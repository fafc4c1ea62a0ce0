using System.Net;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Identity;

/// <summary>The default identity header names stay protected when <c>Gateway:Identity:Headers</c> sets other names.</summary>
public sealed class DefaultNameTests
{
    private const string Evil = "evil";

    // RFC 9110 section 5.6.2: every character but letters and digits that a field name may have.
    private const string Separators = "!#$%&'*+-.^_`|~";

    private static readonly string[] DefaultNames =
        ["X-Auth-Subject", "X-Auth-Issuer", "X-Auth-Client", "X-Auth-Scopes", "X-Auth-Roles", "X-Auth-Payload", "X-Auth-Assertion"];

    [Theory]
    [InlineData("""{ "X-Auth-Subject": "sub" }""", null)]
    [InlineData("""{ "X-User": "sub" }""", null)]
    [InlineData("""{ "X-User": "sub", "X-User-Roles": "roles" }""", "X-User-Claims")]
    [InlineData("""{ "x-auth-roles": "scope" }""", null)]
    [InlineData(null, "X-User-Claims")]
    public async Task Default_name_never_arrives_from_a_client_in_any_spelling(string? map, string? payload)
    {
        await using var parts = await StandardGateway.StartAsync(configuration =>
        {
            if (map is not null)
            {
                configuration.With("Gateway:Identity:Headers", map);
            }

            if (payload is not null)
            {
                configuration.With("Gateway:Identity:Payload:Header", System.Text.Json.Nodes.JsonValue.Create(payload));
            }

            configuration.WithRoute("changed", "Authenticated", """{ "Transforms": [{ "RequestHeaderRemove": "X-Nothing" }] }""");
        });
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = parts.Gateway.CreateClient(version);
            foreach (var path in new[] { "/public/a", "/private/a", "/changed/a" })
            {
                foreach (var name in DefaultNames)
                {
                    using var request = TestGateway.Request(HttpMethod.Get, path, parts.Issuer.Token().Build());
                    (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
                    foreach (var spelling in Spellings(name))
                    {
                        request.Headers.TryAddWithoutValidation(spelling, Evil).ShouldBeTrue(spelling);
                    }

                    using var response = await client.SendAsync(request);
                    response.StatusCode.ShouldBe(HttpStatusCode.OK);
                }
            }
        }

        parts.Destination.Received.SelectMany(request => request.Headers)
            .Where(header => header.Value.Contains(Evil)).Select(header => header.Key).Distinct().ShouldBeEmpty();
    }

    [Fact]
    public async Task Default_name_that_carries_the_token_is_still_read()
    {
        await using var parts = await StandardGateway.StartAsync(configuration => configuration
            .With("Gateway:Identity:Headers", """{ "X-User": "sub" }""")
            .With("Gateway:TokenSources", """[{ "Header": "X-Auth-Client" }]"""));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/private/a");
        request.Headers.Add("X-Auth-Client", parts.Issuer.Token().Build());
        request.Headers.Add("X_Auth_Client", Evil);

        using var response = await parts.Gateway.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        parts.Destination.Last.Header("X-User").ShouldBe("alice");
        parts.Destination.Last.Header("X-Auth-Client").ShouldBeNull();
        parts.Destination.Last.Header("X_Auth_Client").ShouldBeNull();
    }

    private static IEnumerable<string> Spellings(string name) =>
        Separators.Select(separator => name.Replace('-', separator))
            .Concat(Separators.Select(separator => $"{name[..name.LastIndexOf('-')]}{separator}{name[(name.LastIndexOf('-') + 1)..]}"))
            .Concat([name.ToLowerInvariant(), name.ToUpperInvariant(), name.ToUpperInvariant().Replace('-', '_')])
            .Distinct(StringComparer.OrdinalIgnoreCase);
}
