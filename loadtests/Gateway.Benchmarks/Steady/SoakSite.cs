using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Steady;

/// <summary>A gateway in a process of its own with everything that a soak changes under it.</summary>
internal sealed class SoakSite : IAsyncDisposable
{
    public const string Steady = "/private/a", Restarting = "/restarting/a", Scoped = "/scoped/a";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly List<SigningKey> _keys = [SigningKey.Rsa("key-1")];
    private readonly RedisServer _redis;
    private readonly FakeIssuer _issuer;
    private readonly LoopbackServer _steady;
    private readonly HttpClient _operator;
    private readonly GatewayProgram _gateway;
    private readonly string _steadyAddress, _restartingAddress;
    private LoopbackServer _restarting;
    private int _version;
    private int _tokens;

    private SoakSite(RedisServer redis, FakeIssuer issuer, LoopbackServer steady, LoopbackServer restarting, GatewayProgram gateway)
    {
        (_redis, _issuer, _steady, _restarting, _gateway) = (redis, issuer, steady, restarting, gateway);
        (_steadyAddress, _restartingAddress) = (steady.Address, restarting.Address);
        _operator = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
    }

    public int ProcessId => _gateway.ProcessId;

    public HttpClient Client => _gateway.Client;

    public int Reloads => _version;

    public int Rotations => _keys.Count - 1;

    public int Tokens => _tokens;

    /// <param name="isPublished">Whether the gateway is the published one, as its users run it, or the one that was built with this
    /// program.</param>
    public static async Task<SoakSite> StartAsync(bool isPublished)
    {
        var redis = await RedisServer.StartAsync();
        var issuer = await FakeIssuer.StartAsync();
        var steady = await LoopbackServer.StartAsync(AnswerAsync);
        var restarting = await LoopbackServer.StartAsync(AnswerAsync);
        // In Development an operator on the same machine needs no token.
        var environment =
            new Dictionary<string, string> { ["DOTNET_ENVIRONMENT"] = "Development", ["Logging__LogLevel__Default"] = "Error" };
        var files = new Dictionary<string, string> { ["yarp.json"] = Configuration(redis, issuer, steady.Address, restarting.Address, 0) };
        var gateway = isPublished
            ? await PublishedGateway.StartAsync(files, environment)
            : await GatewayProgram.StartAsync(files, environment);
        var site = new SoakSite(redis, issuer, steady, restarting, gateway);
        site.Publish();
        await site._gateway.WaitUntilAsync("keys:shop", "revocations");
        return site;
    }

    /// <summary>A new token, signed with the newest key.</summary>
    public SoakToken Token(SoakKind kind)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"soak-{++_tokens}");
        var builder = new TokenBuilder(_keys[^1], _issuer.Issuer).With("jti", id).With("scope", "read");
        var path = kind switch { SoakKind.Restarting => Restarting, SoakKind.WithoutScope => Scoped, _ => Steady };
        var text = builder.Build();
        return new SoakToken(kind == SoakKind.Bad ? Spoil(text) : text, path, kind, id);
    }

    /// <summary>The status of the operator's call.</summary>
    public async Task<int> RevokeAsync(SoakToken token)
    {
        token.Asked = Math.Min(token.Asked, Stopwatch.GetTimestamp());
        using var response = await _operator.PostAsJsonAsync(
            new Uri("/admin/revocations", UriKind.Relative),
            new JsonObject { ["kind"] = "jti", ["value"] = token.Id, ["reason"] = "soak" });
        if ((int)response.StatusCode == StatusCodes.Status200OK)
        {
            token.Acknowledged = Stopwatch.GetTimestamp();
        }

        return (int)response.StatusCode;
    }

    /// <summary>A new key signs, and the last one stays published.</summary>
    public void Rotate()
    {
        _keys.Add(SigningKey.Rsa(string.Create(CultureInfo.InvariantCulture, $"key-{_keys.Count + 1}")));
        Publish();
    }

    /// <summary>Changes yarp.json and waits until a route that only the new one has is there; false when it never is.</summary>
    public async Task<bool> ReloadAsync()
    {
        var next = _gateway.ConfigFile + ".next";
        await File.WriteAllTextAsync(next, Configuration(_redis, _issuer, _steadyAddress, _restartingAddress, ++_version));
        File.Move(next, _gateway.ConfigFile, overwrite: true);
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            using var response =
                await Client.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/version-{_version}/a"), UriKind.Relative));
            if (response.IsSuccessStatusCode)
            {
                return true;
            }

            await Task.Delay(LookEvery, TimeProvider.System);
        }

        return false;
    }

    /// <summary>Stops the destination, and starts it again at the same port after a while.</summary>
    public async Task RestartAsync(TimeSpan away)
    {
        await _restarting.DisposeAsync();
        await Task.Delay(away, TimeProvider.System);
        _restarting = await LoopbackServer.StartAsync(AnswerAsync, port: new Uri(_restartingAddress).Port);
    }

    /// <summary>The managed heap after the last collection, in MiB, by the gateway's own metrics.</summary>
    public async Task<double> HeapMegabytesAsync() => (await _operator.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n')
        .Where(line => line.StartsWith("dotnet_gc_last_collection_heap_size", StringComparison.Ordinal))
        .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)) / 1048576;

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _operator.Dispose();
        await _restarting.DisposeAsync();
        await _steady.DisposeAsync();
        await _issuer.DisposeAsync();
        await _redis.DisposeAsync();
        _keys.ForEach(key => key.Dispose());
    }

    private void Publish() => _issuer.Keys = [.. _keys.TakeLast(2).Select(key => key.ToJwk())];

    private static Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentLength = 2;
        return context.Response.WriteAsync("ok");
    }

    /// <summary>Another signature of the same length.</summary>
    private static string Spoil(string token)
    {
        var at = token.LastIndexOf('.') + 1;
        return token[..at] + new string('A', token.Length - at);
    }

    // Each version has another route, another policy and another number of routes. The caches are small, so that they are full when the
    // figures begin to count.
    private static string Configuration(RedisServer redis, FakeIssuer issuer, string steady, string restarting, int version)
    {
        var routes = new JsonObject
        {
            ["private"] = Route("steady", "Authenticated", "/private/{**rest}"),
            ["restarting"] = Route("restarting", "Authenticated", "/restarting/{**rest}"),
            ["scoped"] = Route("steady", "scoped", "/scoped/{**rest}"),
        };
        for (var i = 0; i <= version % 5; i++)
        {
            routes[$"version-{version}-{i}"] =
                Route("steady", "Anonymous", i == 0 ? $"/version-{version}/{{**rest}}" : $"/more-{version}-{i}/{{**rest}}");
        }

        return new JsonObject
        {
            ["Gateway"] = new JsonObject
            {
                ["Issuers"] = new JsonObject
                {
                    ["shop"] = new JsonObject
                    {
                        ["Issuer"] = issuer.Issuer,
                        ["Audiences"] = new JsonArray("shop-api"),
                        ["Keys"] = new JsonObject { ["Discovery"] = true },
                    },
                },
                ["Policies"] = new JsonObject
                {
                    ["scoped"] = new JsonObject
                    {
                        ["Scopes"] = new JsonObject { ["All"] = new JsonArray("write", $"version-{version}") },
                    },
                },
                ["Revocation"] = new JsonObject { ["Store"] = "Redis", ["Redis"] = new JsonObject { ["Connection"] = redis.Connection } },
                ["TokenCache"] = new JsonObject { ["MaxEntries"] = 1024 },
            },
            ["ReverseProxy"] = new JsonObject
            {
                ["Routes"] = routes,
                ["Clusters"] = new JsonObject { ["steady"] = Cluster(steady), ["restarting"] = Cluster(restarting) },
            },
        }.ToJsonString();
    }

    private static JsonObject Cluster(string address) =>
        new() { ["Destinations"] = new JsonObject { ["one"] = new JsonObject { ["Address"] = address } } };

    private static JsonObject Route(string cluster, string policy, string path) =>
        new() { ["ClusterId"] = cluster, ["AuthorizationPolicy"] = policy, ["Match"] = new JsonObject { ["Path"] = path } };
}
