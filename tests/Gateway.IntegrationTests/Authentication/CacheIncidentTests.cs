using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Authentication;

/// <summary>The ways in which caches of verified tokens have let the wrong request through elsewhere, each tried on a warm cache.</summary>
public sealed class CacheIncidentTests(CacheIncidentTests.Gateways parts) : IClassFixture<CacheIncidentTests.Gateways>
{
    [Fact]
    public async Task Payload_replaced_under_a_known_signature_is_rejected()
    {
        var token = parts.Issuer.Token().With("sub", "alice").Build();
        await ShouldAnswerAsync(HttpStatusCode.OK, "/private/a", token);
        var segments = token.Split('.');
        var claims = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(segments[1]));

        var forged = $"{segments[0]}.{TokenBuilder.Encode(claims.Replace("alice", "admin", StringComparison.Ordinal))}.{segments[2]}";

        await ShouldAnswerAsync(HttpStatusCode.Unauthorized, "/private/a", forged);
        await ShouldAnswerAsync(HttpStatusCode.OK, "/private/a", token);
    }

    [Fact]
    public async Task Header_replaced_under_a_known_signature_is_rejected()
    {
        var token = parts.Issuer.Token().Build();
        await ShouldAnswerAsync(HttpStatusCode.OK, "/private/a", token);
        var segments = token.Split('.');
        var header = TokenBuilder.Encode("""{"alg":"RS256","typ":"at+jwt","kid":"rsa-1","x":1}""");

        await ShouldAnswerAsync(HttpStatusCode.Unauthorized, "/private/a", $"{header}.{segments[1]}.{segments[2]}");
    }

    [Fact]
    public async Task Decision_for_one_policy_is_not_used_for_another()
    {
        var token = parts.Issuer.Token().With("scope", "orders:read").Build();

        for (var round = 0; round < 3; round++)
        {
            await ShouldAnswerAsync(HttpStatusCode.OK, "/private/a", token);
            await ShouldAnswerAsync(HttpStatusCode.Forbidden, "/admin-only/a", token);
        }
    }

    [Fact]
    public async Task Token_known_from_one_issuer_says_nothing_for_another_issuer_with_the_same_key_id()
    {
        var token = parts.Issuer.Token().Build();
        await ShouldAnswerAsync(HttpStatusCode.OK, "/private/a", token);
        await ShouldAnswerAsync(HttpStatusCode.OK, "/private/a", parts.Other.Token().Build());

        // Signed by one, in the name of the other; both use the same `kid`.
        await ShouldAnswerAsync(HttpStatusCode.Unauthorized, "/private/a", parts.Issuer.Token().With("iss", parts.Other.Issuer).Build());
        await ShouldAnswerAsync(HttpStatusCode.Forbidden, "/only-other/a", token);
    }

    [Fact]
    public async Task Many_users_at_once_each_stay_themselves()
    {
        parts.Destination.Handler = context =>
            context.Response.WriteAsync(context.Request.Headers["X-Auth-Subject"].ToString(), context.RequestAborted);
        var users = Enumerable.Range(0, 200)
            .Select(i => (Name: $"user-{i}", Token: parts.Issuer.Token().With("sub", $"user-{i}").Build()))
            .ToList();

        var answers = await Task.WhenAll(Enumerable.Range(0, 2000).Select(async i =>
        {
            var user = users[i * 7 % users.Count];
            using var response = await parts.Gateway.GetAsync("/private/me", user.Token);
            return (user.Name, Seen: await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }));

        answers.Where(answer => answer.Name != answer.Seen).ShouldBeEmpty();
    }

    private async Task ShouldAnswerAsync(HttpStatusCode status, string path, string token)
    {
        using var response = await parts.Gateway.GetAsync(path, token);
        response.StatusCode.ShouldBe(status);
    }

    /// <summary>Two issuers with the same key id, and routes with different policies.</summary>
    public sealed class Gateways : StandardGateway
    {
        internal FakeIssuer Other { get; private set; } = null!;

        private protected override void Configure(JsonObject configuration)
        {
            Other = FakeIssuer.StartAsync().GetAwaiter().GetResult();
            var gateway = configuration["Gateway"]!;
            gateway["Issuers"]!["other"] = new JsonObject
            {
                ["Issuer"] = Other.Issuer,
                ["Audiences"] = new JsonArray("shop-api"),
                ["Keys"] = new JsonObject { ["Discovery"] = true },
            };
            gateway["Identity"] = new JsonObject { ["Headers"] = new JsonObject { ["X-Auth-Subject"] = "sub" } };
            gateway["Policies"]!["admin-only"] = new JsonObject { ["Scopes"] = new JsonObject { ["All"] = new JsonArray("admin") } };
            gateway["Policies"]!["only-other"] = new JsonObject { ["Issuers"] = new JsonArray("other") };
            var routes = configuration["ReverseProxy"]!["Routes"]!;
            routes["admin-only"] = TestGateway.Route("admin-only", "/admin-only/{**rest}");
            routes["only-other"] = TestGateway.Route("only-other", "/only-other/{**rest}");
        }

        private protected override async ValueTask DisposePartsAsync()
        {
            await base.DisposePartsAsync();
            await Other.DisposeAsync();
        }
    }
}
