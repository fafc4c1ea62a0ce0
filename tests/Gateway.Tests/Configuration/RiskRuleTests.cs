using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Host;
using Gateway.Settings;
using Gateway.Testing;

namespace Gateway.Tests.Configuration;

/// <summary>Each warning on the configuration it is about, at the setting's place, and none on the good one.</summary>
public sealed class RiskRuleTests
{
    // The rule, where the setting goes, the setting, and the place that the warning names.
    private static readonly (string Rule, string Path, string Json, string Place)[] Cases =
    [
        (
            "GW101", "ReverseProxy:Routes:health",
            """{ "ClusterId": "shop", "AuthorizationPolicy": "Anonymous", "Match": { "Path": "/orders/health" } }""",
            "ReverseProxy:Routes:health:AuthorizationPolicy"),
        ("GW102", "Gateway:Policies:read:Mode", "\"Report\"", "Gateway:Policies:read:Mode"),
        ("GW103", "Gateway:Policies:read:ForwardToken", "true", "Gateway:Policies:read:ForwardToken"),
        ("GW104", "Gateway:Policies:read:OnRevocationUnavailable", "\"Allow\"", "Gateway:Policies:read:OnRevocationUnavailable"),
        (
            "GW105", "Gateway:Issuers:other",
            """{ "Issuer": "https://other.example.com", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }""",
            "Gateway:Policies:read"),
        ("GW110", "Gateway:Issuers:shop:MaxLifetime", "\"2.00:00:00\"", "Gateway:Issuers:shop:MaxLifetime"),
        ("GW111", "Gateway:Issuers:shop:ClockSkew", "\"00:03:00\"", "Gateway:Issuers:shop:ClockSkew"),
        (
            "GW112", "Gateway:Issuers:shop",
            """{ "Issuer": "https://idp.example.com", "Audiences": ["shop-api"], "Keys": { "SecretFile": "secret" }, "Algorithms": ["HS256"] }""",
            "Gateway:Issuers:shop:Keys:SecretFile"),
        ("GW113", "Gateway:Issuers:shop:Keys:MaxStale", "\"8.00:00:00\"", "Gateway:Issuers:shop:Keys:MaxStale"),
        ("GW114", "Gateway:Issuers:shop:Keys:AllowHttp", "true", "Gateway:Issuers:shop:Keys:AllowHttp"),
        (
            "GW115", "Gateway:Issuers:shop",
            """{ "Issuer": "https://idp.example.com", "Audiences": ["shop-api"], "AcceptWithoutIssuer": true, "Keys": { "SecretFile": "secret" }, "Algorithms": ["HS256"] }""",
            "Gateway:Issuers:shop:AcceptWithoutIssuer"),
        (
            "GW116", "Gateway:Issuers:shop",
            """{ "Issuer": "https://idp.example.com", "AcceptWithoutAudience": true, "Keys": { "SecretFile": "secret" }, "Algorithms": ["HS256"] }""",
            "Gateway:Issuers:shop:AcceptWithoutAudience"),
        (
            "GW117", "Gateway:Issuers:shop:Introspection", """{ "ClientId": "gateway", "SecretFile": "secret", "CacheFor": "00:06:00" }""",
            "Gateway:Issuers:shop:Introspection:CacheFor"),
        (
            "GW120", "Gateway:TokenSources", """[ { "Header": "Authorization", "Scheme": "Bearer" }, { "Cookie": "at" } ]""",
            "Gateway:TokenSources:1:Cookie"),
        (
            "GW121", "Gateway:TokenSources", """[ { "Header": "Authorization", "Scheme": "Bearer" }, { "Query": "access_token" } ]""",
            "Gateway:TokenSources:1:Query"),
        ("GW122", "Gateway:ClientCertificate", """{ "AllowUntrusted": true }""", "Gateway:ClientCertificate:AllowUntrusted"),
        ("GW123", "Gateway:Policies:job", """{ "TokenSource": "workload" }""", "Gateway:Policies:job:TokenSource"),
        ("GW130", "Gateway:Revocation", """{ "Store": "Memory" }""", "Gateway:Revocation:Store"),
        ("GW131", "Gateway:Revocation", """{ "MaxStaleness": "00:06:00" }""", "Gateway:Revocation:MaxStaleness"),
        ("GW140", "Gateway:Errors", """{ "Detailed": true }""", "Gateway:Errors:Detailed"),
        (
            "GW150", "ReverseProxy:Clusters:shop:Destinations:one:Address", "\"http://orders.example.com\"",
            "ReverseProxy:Clusters:shop:Destinations:one:Address"),
        (
            "GW151", "ReverseProxy:Clusters:shop:HttpClient", """{ "DangerousAcceptAnyServerCertificate": true }""",
            "ReverseProxy:Clusters:shop:HttpClient:DangerousAcceptAnyServerCertificate"),
        ("GW152", "Gateway:Clusters:shop:Retry:Budget", "0.6", "Gateway:Clusters:shop:Retry:Budget"),
        (
            "GW153", "Gateway:Identity",
            """{ "Assertion": { "KeyFile": "assertion.jwks", "Issuer": "https://api.example.com", "Audience": "inside" } }""",
            "Gateway:Identity:Assertion:Audience"),
        (
            "GW160", "ReverseProxy:Routes:orders:Transforms", """[ { "PathRemovePrefix": "/orders/" } ]""",
            "ReverseProxy:Routes:orders:Transforms:0:PathRemovePrefix"),
        (
            "GW161", "ReverseProxy:Routes:orders:Transforms", """[ { "PathPattern": "/x/{catchall}" } ]""",
            "ReverseProxy:Routes:orders:Transforms:0:PathPattern"),
        (
            "GW170", "ReverseProxy:Clusters:shop:SessionAffinity", """{ "Enabled": true, "Policy": "Cookie", "AffinityKeyName": "a" }""",
            "ReverseProxy:Clusters:shop:SessionAffinity:Policy"),
        ("GW180", "Kestrel", """{ "Endpoints": { "a": { "Url": "http://*:9001" } } }""", "Urls"),
        ("GW190", "Gateway:Routes", """{ "orders": { "EncodedSlashes": "PassThrough" } }""", "Gateway:Routes:orders:EncodedSlashes"),
        ("GW191", "Gateway:Routes", """{ "orders": { "PathParameters": "PassThrough" } }""", "Gateway:Routes:orders:PathParameters"),
        ("GW192", "Gateway:Cors", """{ "app": { "Origins": ["https://a.example.com", "null"] } }""", "Gateway:Cors:app:Origins:1"),
        (
            "GW193", "Gateway:Cors", """{ "app": { "Origins": ["https://*.example.com"], "Credentials": true } }""",
            "Gateway:Cors:app:Origins:0"),
        (
            "GW200", "Gateway:RateLimits", """{ "day": { "Permits": 9, "Window": "1.00:00:00", "Shared": true } }""",
            "Gateway:RateLimits:day:Window"),
    ];

    public static TheoryData<string> Rules => [.. Cases.Select(each => each.Rule)];

    [Fact]
    public void Every_rule_has_a_case_and_a_name_of_its_own()
    {
        Cases.Select(each => each.Rule).ShouldBe(RiskRules.All.Select(rule => rule.Id));
        RiskRules.All.Select(rule => rule.Name).ShouldBeUnique();
        RiskRules.All.ShouldAllBe(rule => rule.What.EndsWith('.') && rule.Why.EndsWith('.') && rule.Cure.EndsWith('.'));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Risky_setting_is_warned_of_at_its_place(string rule)
    {
        var (_, path, json, place) = Cases.Single(each => each.Rule == rule);
        var root = JsonNode.Parse(CheckedConfiguration.Good)!;
        root["Urls"] = "http://*:8080";
        root["Gateway"]!["Revocation"] = JsonNode.Parse("""{ "Redis": { "Connection": "redis:6379" } }""");
        var names = path.Split(':');
        var parent = names[..^1].Aggregate(root, (node, name) => node[name] ??= new JsonObject());
        parent[names[^1]] = JsonNode.Parse(json);
        if (rule == "GW123")
        {
            root["Gateway"]!["TokenSources"] = JsonNode.Parse(
                """[{ "Header": "Authorization", "Scheme": "Bearer" }, { "Name": "workload", "Header": "X-Workload-Token" }]""");
        }

        // Two settings are for secrets alone, which is a risk of its own.
        var warning =
            (await WarningsAsync(root.ToJsonString())).Where(warning => rule == "GW112" || warning.Rule != "GW112").ShouldHaveSingleItem();

        warning.Rule.ShouldBe(rule);
        warning.Path.ShouldBe(place);
        warning.Location.ShouldStartWith("yarp.json:1:");
    }

    [Fact]
    public async Task Nothing_is_said_of_the_good_configuration()
    {
        (await WarningsAsync(CheckedConfiguration.Good)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/orders2/health", "http://orders:8080")]
    [InlineData("/", "http://10.0.0.7:8080")]
    [InlineData("/public/{**rest}", "http://orders.shop.svc.cluster.local")]
    public async Task Neighbours_are_not_warned_of(string path, string address)
    {
        var text = CheckedConfiguration.Good.Replace("http://localhost:1", address, StringComparison.Ordinal)
            .Replace("\"Routes\": {", $$"""
                "Routes": {
                  "open": { "ClusterId": "shop", "AuthorizationPolicy": "Anonymous", "Match": { "Path": "{{path}}" } },
                """, StringComparison.Ordinal);

        (await WarningsAsync(text)).ShouldBeEmpty();
    }

    private static async Task<IReadOnlyList<ConfigurationError>> WarningsAsync(string text)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-");
        try
        {
            var file = Path.Combine(folder.FullName, "yarp.json");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "secret"), new string('s', 32));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "assertion.jwks"), FullConfiguration.Files["assertion.jwks"]);
            await File.WriteAllTextAsync(file, text);
            return (await GatewayApp.ReadAsync(new GatewayAppOptions { ConfigFile = file, Environment = "Production" })).Warnings;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
