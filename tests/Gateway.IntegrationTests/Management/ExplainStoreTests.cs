using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Redis;
using Gateway.IntegrationTests.Revocation;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary>The endpoint and the command explain by every store, by keys looked up per request, and by issuer templates.</summary>
public sealed class ExplainStoreTests
{
    [Fact]
    public async Task Redis_is_read_by_the_command_when_it_is_asked_to()
    {
        await using var all = await RedisGateways.StartAsync(1);
        var (good, revoked) = (all.Issuer.Token().Build(), all.Issuer.Token().With("jti", "gone").Build());
        await all.AppendAsync("jti", "gone");
        await RedisGateways.UntilAsync(all[0], revoked, HttpStatusCode.Unauthorized);

        (await all[0].ExplainAsync(revoked, "private")).Reason().ShouldBe("revoked");
        (await all[0].ExplainAsync(good, "private")).Outcome("revocation").ShouldBe("passed");
        var asked = await all[0].ExplainByCommandAsync(revoked, "private", "--revocations");
        (asked.ExitCode, asked.Body.Reason()).ShouldBe((1, "revoked"));
        (await all[0].ExplainByCommandAsync(good, "private", "--revocations")).ExitCode.ShouldBe(0);
        var unasked = await all[0].ExplainByCommandAsync(revoked, "private");
        (unasked.ExitCode, unasked.Body.Outcome("revocation")).ShouldBe((0, "not_checked"));
        unasked.Body.Found("revocation").ShouldContain("--revocations");

        await all.Redis.KillAsync();
        var unreachable = await GatewayProcess.RunAsync(all[0], good, "explain", "--route", "private", "--fetch", "--revocations");
        unreachable.ExitCode.ShouldBe(3);
        unreachable.Error.ShouldStartWith("The revocation store cannot be used");
    }

    [Fact]
    public async Task Sqlite_is_always_read()
    {
        await using var parts =
            await StandardGateway.StartAsync(configuration => configuration.With("Gateway:Revocation:Store", JsonValue.Create("Sqlite")));
        var (good, revoked) = (parts.Issuer.Token().Build(), parts.Issuer.Token().With("sub", "mallory").Build());
        (await parts.Gateway.RevokeAsync("""{ "kind": "sub", "value": "mallory" }""")).Status.ShouldBe(200);
        await parts.Gateway.UntilAsync(revoked, 401);

        (await parts.Gateway.ExplainAsync(revoked, "private")).Reason().ShouldBe("revoked");
        var (exitCode, explanation) = await parts.Gateway.ExplainByCommandAsync(revoked, "private");
        (exitCode, explanation.Reason()).ShouldBe((1, "revoked"));
        explanation.Found("revocation").ShouldBe("revoked, says the Sqlite store");
        (await parts.Gateway.ExplainByCommandAsync(good, "private")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Keys_that_are_looked_up_per_request_are_named_and_not_asked()
    {
        await using var all = await RedisGateways.StartAsync(1, configuration => configuration
            .With("Gateway:Revocation:Store", JsonValue.Create("Memory"))
            .With("Gateway:Revocation:Lookup", """{ "Keys": ["revoked:{jti}", "revoked:sid:{sid}"], "Timeout": "00:00:00.500" }"""));
        var (token, unnamed) = (all.Issuer.Token().With("jti", "one").Build(), all.Issuer.Token().Without("jti").Build());
        await all.Redis.CommandAsync("SET", "revoked:one", "1");
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.Unauthorized);
        (await RedisGateways.StatusAsync(all[0], unnamed)).ShouldBe(HttpStatusCode.Unauthorized);

        foreach (var explain in new Func<string, Task<JsonObject>>[]
        {
            text => all[0].ExplainAsync(text, "private"),
            async text => (await all[0].ExplainByCommandAsync(text, "private")).Body,
        })
        {
            var explanation = await explain(token);
            explanation.Outcome("revocation keys").ShouldBe("not_checked");
            explanation.Found("revocation keys").ShouldBe("asked of Redis with each request, not here: EXISTS revoked:one");
            ((string)explanation["summary"]!).ShouldBe("Accepted. Whether the token is revoked was not checked.");
            // Whether a key could be asked for at all is known without asking.
            (await explain(unnamed)).Reason().ShouldBe("missing_claim");
        }
    }

    [Fact]
    public async Task Issuer_of_a_template_is_explained()
    {
        await using var red = await FakeIssuer.StartAsync("/realms/red");
        await using var parts = await StandardGateway.StartAsync(configuration => configuration
            .With("Gateway:Issuers", $$"""
                {
                  "realms": {
                    "Issuer": "{{red.Address}}/realms/{realm}", "Template": { "AnyOf": ["red", "blue"] },
                    "Audiences": ["shop-api"], "Keys": { "Discovery": true }
                  }
                }
                """)
            .WithPolicy("reds", """{ "Claims": [{ "Path": "$realm", "Equals": "red" }] }""")
            .WithPolicy("blues", """{ "Claims": [{ "Path": "$realm", "Equals": "blue" }] }"""));
        var member = red.Token().Build();
        var stranger = new TokenBuilder(red.Rsa, $"{red.Address}/realms/green").Build();

        foreach (var explain in new Func<string, string, Task<JsonObject>>[]
        {
            parts.Gateway.ExplainAsync,
            async (token, route) => (await parts.Gateway.ExplainByCommandAsync(token, route)).Body,
        })
        {
            ((string)(await explain(member, "reds"))["verdict"]!).ShouldBe("accepted");
            (await explain(member, "blues")).Reason().ShouldBe("claim_mismatch");
            (await explain(stranger, "reds")).Reason().ShouldBe("unknown_issuer");
        }

        (await RedisGateways.StatusAsync(parts.Gateway, member, "/reds/a")).ShouldBe(HttpStatusCode.OK);
        (await RedisGateways.StatusAsync(parts.Gateway, member, "/blues/a")).ShouldBe(HttpStatusCode.Forbidden);
        (await RedisGateways.StatusAsync(parts.Gateway, stranger, "/reds/a")).ShouldBe(HttpStatusCode.Unauthorized);
    }
}
