using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Benchmarks.Steady;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks.Growth;

/// <summary>The configuration of a gateway of some size, and the requests to it.</summary>
internal sealed class GrowthSite(GrowthSize size, string destination, RedisServer? redis) : IDisposable
{
    private const string Secret = "a secret of thirty-two characters";
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(6);

    // The first issuer has a secret, because a million HMAC signatures take only seconds. The others have a JWK Set each.
    private readonly SigningKey[] _keys =
    [
        SigningKey.Secret(System.Text.Encoding.ASCII.GetBytes(Secret)),
        .. Enumerable.Range(1, size.Issuers - 1).Select(i => SigningKey.Ec(Text($"key-{i}"))),
    ];

    public IEnumerable<string> Checks =>
        Enumerable.Range(0, size.Issuers).Select(i => Text($"keys:issuer-{i}")).Append("revocations").Append("routing");

    public static async Task<RedisServer?> FillAsync(GrowthSize size)
    {
        if (size.Revocations is not { } count)
        {
            return null;
        }

        var redis = await RedisServer.StartAsync(null, "--appendonly", "no");
        await RevocationFill.RunAsync(redis, IssuerOf(0), 0, count);
        return redis;
    }

    public Dictionary<string, string> Files()
    {
        var files = new Dictionary<string, string> { ["yarp.json"] = Configuration(0), ["secret.txt"] = Secret };
        for (var i = 1; i < size.Issuers; i++)
        {
            files[Text($"keys-{i}.json")] = new JsonObject { ["keys"] = new JsonArray(_keys[i].ToJwk()) }.ToJsonString();
        }

        return files;
    }

    /// <summary>As many requests as tokens, or as routes if there are more of them, so that every token and every route is used.</summary>
    public byte[][] Requests(Uri address)
    {
        var expires = (TimeProvider.System.GetUtcNow() + TokenLifetime).ToUnixTimeSeconds();
        var tokens = size.Tokens < size.Routes ? Enumerable.Range(0, size.Tokens).Select(Token).ToArray() : null;
        return
        [
            .. Enumerable.Range(0, Math.Max(size.Tokens, size.Routes)).Select(i =>
                HeldConnections.Request(address, Text($"/r{i % size.Routes}/1"), tokens is null ? Token(i) : tokens[i % tokens.Length])),
        ];

        string Token(int number)
        {
            var issuer = number % size.Issuers;
            return new TokenBuilder(_keys[issuer], IssuerOf(issuer), algorithm: issuer == 0 ? "HS256" : "ES256")
                .With("exp", expires).Build();
        }
    }

    /// <param name="version">Each has a public route of its own: <c>/version-1</c>.</param>
    public string Configuration(int version)
    {
        var (issuers, routes, clusters) = (new JsonObject(), new JsonObject(), new JsonObject());
        for (var i = 0; i < size.Issuers; i++)
        {
            issuers[Text($"issuer-{i}")] = new JsonObject
            {
                ["Issuer"] = IssuerOf(i),
                ["Audiences"] = new JsonArray("shop-api"),
                ["Algorithms"] = new JsonArray(i == 0 ? "HS256" : "ES256"),
                ["Keys"] = i == 0
                    ? new JsonObject { ["SecretFile"] = "secret.txt" }
                    : new JsonObject { ["JwksFile"] = Text($"keys-{i}.json") },
            };
        }

        for (var i = 0; i < size.Routes; i++)
        {
            routes[Text($"route-{i}")] = Route(i / GrowthSize.RoutesOfCluster, "read", Text($"/r{i}/{{**rest}}"));
        }

        routes[Text($"version-{version}")] = Route(0, "Anonymous", Text($"/version-{version}"));
        for (var i = 0; i < size.Clusters; i++)
        {
            clusters[Text($"cluster-{i}")] =
                new JsonObject { ["Destinations"] = new JsonObject { ["one"] = new JsonObject { ["Address"] = destination } } };
        }

        return new JsonObject
        {
            ["Gateway"] = new JsonObject
            {
                ["Issuers"] = issuers,
                ["Policies"] =
                    new JsonObject { ["read"] = new JsonObject { ["Scopes"] = new JsonObject { ["All"] = new JsonArray("orders:read") } } },
                ["Revocation"] = redis is null
                    ? new JsonObject { ["Store"] = "Memory" }
                    : new JsonObject { ["Store"] = "Redis", ["Redis"] = new JsonObject { ["Connection"] = redis.Connection } },
                // Twice the number of tokens, because the sets of the cache do not fill evenly.
                ["TokenCache"] = new JsonObject { ["MaxEntries"] = Math.Max(32_768, 2 * size.Tokens), ["MaxMegabytes"] = 8192 },
            },
            ["ReverseProxy"] = new JsonObject { ["Routes"] = routes, ["Clusters"] = clusters },
        }.ToJsonString();
    }

    public void Dispose() => Array.ForEach(_keys, key => key.Dispose());

    private static JsonObject Route(int cluster, string policy, string path) => new()
    {
        ["ClusterId"] = Text($"cluster-{cluster}"),
        ["AuthorizationPolicy"] = policy,
        ["Match"] = new JsonObject { ["Path"] = path },
    };

    public static string IssuerOf(int number) => Text($"https://idp.bench.test/{number}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
