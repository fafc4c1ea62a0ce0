using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Redis;
using Gateway.Revocation;

namespace Gateway.Testing.Drills;

/// <summary>Gateways in processes of their own that share the revocations of one Redis, and the ways to revoke and to ask.</summary>
internal sealed class RevocationSite : IAsyncDisposable
{
    /// <summary>Routes whose policies reject, and allow, when the list is too old.</summary>
    public const string Strict = "/private/a", Lenient = "/lenient/a";

    private const string Audience = "https://api.example.com";

    private readonly FakeIssuer _issuer;
    private readonly RecordingDestination _destination;
    private readonly string _connection;
    private readonly List<GatewayProgram> _gateways = [];
    private readonly List<HttpClient> _operators = [];

    private RevocationSite(FakeIssuer issuer, RecordingDestination destination, string connection)
    {
        _issuer = issuer;
        _destination = destination;
        _connection = connection;
    }

    public IReadOnlyList<GatewayProgram> Gateways => _gateways;

    public string Issuer => _issuer.Issuer;

    /// <param name="connection">The connection string of the Redis.</param>
    public static Task<RevocationSite> StartAsync(string connection, int gateways, TimeSpan maxStaleness) =>
        StartAsync([.. Enumerable.Repeat(connection, gateways)], maxStaleness);

    /// <param name="connections">The connection string of each gateway. The last one serves for what the drill itself asks Redis.</param>
    public static async Task<RevocationSite> StartAsync(IReadOnlyList<string> connections, TimeSpan maxStaleness)
    {
        var site = new RevocationSite(await FakeIssuer.StartAsync(), await RecordingDestination.StartAsync(), connections[^1]);
        // In Development an operator on the same machine needs no token.
        var environment =
            new Dictionary<string, string> { ["DOTNET_ENVIRONMENT"] = "Development", ["Logging__LogLevel__Default"] = "Error" };
        foreach (var connection in connections)
        {
            var files = new Dictionary<string, string> { ["yarp.json"] = site.Configuration(connection, maxStaleness).ToJsonString() };
            var gateway = await GatewayProgram.StartAsync(files, environment);
            site._gateways.Add(gateway);
            site._operators.Add(new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) });
        }

        foreach (var gateway in site._gateways)
        {
            await gateway.WaitUntilAsync("revocations");
        }

        return site;
    }

    /// <summary>A good token that outlives the drill.</summary>
    public string Token(string id) =>
        _issuer.Token()
            .With("jti", id)
            .With("sid", id)
            .With("exp", TimeProvider.System.GetUtcNow().AddHours(6).ToUnixTimeSeconds())
            .Build();

    /// <summary>The answer of a gateway's <c>POST /admin/revocations</c>.</summary>
    public async Task<int> RevokeAsync(int gateway, string id)
    {
        using var answer = await _operators[gateway].PostAsJsonAsync(
            new Uri("/admin/revocations", UriKind.Relative), new JsonObject { ["kind"] = "jti", ["value"] = id, ["reason"] = "drill" });
        return (int)answer.StatusCode;
    }

    /// <summary>
    /// The response of a gateway to the issuer's security event that the session has been revoked (CAEP session-revoked).
    /// </summary>
    public async Task<int> PushEventAsync(int gateway, string id)
    {
        var pushed = _issuer.Token()
            .AsSecurityEvent("caep/session-revoked", $$"""{ "format": "opaque", "id": "{{id}}" }""", Audience)
            .With("jti", $"event-{id}");
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(pushed.Build()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/secevent+jwt");
        using var response = await _gateways[gateway].Client.PostAsync(new Uri("/security-events/shop", UriKind.Relative), content);
        return (int)response.StatusCode;
    }

    /// <summary>A gateway's answer to a request with the token.</summary>
    public async Task<int> AskAsync(int gateway, string token, string path = Strict)
    {
        using var answer = await _gateways[gateway].Client.SendAsync(TestGateway.Request(HttpMethod.Get, path, token));
        return (int)answer.StatusCode;
    }

    /// <summary>Writes so many to Redis, many at a time, and names them.</summary>
    public async Task FillAsync(string prefix, int count)
    {
        await using var connection = RedisRevocations.Connect(_connection);
        var log = RedisRevocations.Log(connection);
        var expires = TimeProvider.System.GetUtcNow().AddHours(6).ToUnixTimeSeconds();
        foreach (var some in Enumerable.Range(0, count).Chunk(10_000))
        {
            await log.AppendAsync(
                [.. some.Select(i => new RevocationEntry(RevocationKind.Jti, Issuer, string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}"), expires))],
                CancellationToken.None);
        }
    }

    /// <summary>What Redis says is revoked.</summary>
    public async Task<RevocationSet> ReadAsync()
    {
        await using var connection = RedisRevocations.Connect(_connection);
        var log = RedisRevocations.Log(connection);
        var set = new RevocationSet();
        RevocationPage page = default;
        do
        {
            page = await log.PageAfterAsync(page.Position, CancellationToken.None);
            set.Apply(page.Entries);
        }
        while (!page.IsLast);
        return set;
    }

    /// <summary>True when Redis has every one of them.</summary>
    public async Task<bool> IsInRedisAsync(IEnumerable<string> ids)
    {
        try
        {
            var set = await ReadAsync();
            return ids.All(id => set.IsRevoked(RevocationKind.Jti, RevocationKey.Of(RevocationKind.Jti, Issuer, id)));
        }
        catch (RedisUnavailableException)
        {
            return false;
        }
    }

    /// <summary>The destination forgets what it received: a drill is long.</summary>
    public void Forget() => _destination.Forget();

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }

        _operators.ForEach(client => client.Dispose());
        await _issuer.DisposeAsync();
        await _destination.DisposeAsync();
    }

    private JsonObject Configuration(string connection, TimeSpan maxStaleness)
    {
        var configuration = TestGateway.Configuration(_issuer, _destination);
        configuration["Gateway"]!["Revocation"] = new JsonObject
        {
            ["Store"] = nameof(RevocationStore.Redis),
            ["Redis"] = new JsonObject { ["Connection"] = connection },
            ["MaxStaleness"] = maxStaleness.ToString("c", CultureInfo.InvariantCulture),
        };
        configuration["Gateway"]!["Issuers"]!["shop"]!["SecurityEvents"] = new JsonObject { ["Audience"] = Audience };
        configuration["Gateway"]!["Policies"]!["lenient"] = new JsonObject { ["OnRevocationUnavailable"] = "Allow" };
        configuration["ReverseProxy"]!["Routes"]!["lenient"] = TestGateway.Route("lenient", "/lenient/{**rest}");
        return configuration;
    }
}
