using System.Diagnostics;
using System.Globalization;

namespace Gateway.Testing.Drills;

/// <summary>A primary, its replica, and three real sentinels that promote the replica a second after the primary has gone.</summary>
internal sealed class RedisSentinels : IAsyncDisposable
{
    /// <summary>The name of the primary at the sentinels.</summary>
    public const string ServiceName = "shop";

    private const int Count = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sentinel-");
    private readonly List<(int Port, Process Process)> _sentinels = [];

    /// <summary>The server that was the primary at the start.</summary>
    public required RedisServer Primary { get; init; }

    public required RedisServer Replica { get; init; }

    /// <summary>The connection string: the sentinels and the name, no server.</summary>
    public string Connection =>
        $"{string.Join(',', _sentinels.Select(sentinel => $"127.0.0.1:{sentinel.Port}"))},serviceName={ServiceName}";

    public static async Task<RedisSentinels> StartAsync()
    {
        var primary = await RedisServer.StartAsync();
        var all = new RedisSentinels
        {
            Primary = primary,
            Replica = await RedisServer.StartAsync(null, "--replicaof", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture)),
        };
        await all.Replica.UntilFollowingAsync();
        for (var i = 0; i < Count; i++)
        {
            await all.AddSentinelAsync(i);
        }

        foreach (var (port, _) in all._sentinels)
        {
            await Eventually.TrueAsync(
                async () =>
                    await CommandAsync(port, "SENTINEL", "CKQUORUM", ServiceName) is var answer
                        && answer.StartsWith("OK 3 ", StringComparison.Ordinal)
                    && (await CommandAsync(port, "SENTINEL", "REPLICAS", ServiceName)).Contains(all.Replica.Connection, StringComparison.Ordinal),
                "the sentinels know each other and the replica");
        }

        return all;
    }

    /// <summary>Makes the sentinels fail over while all servers are healthy.</summary>
    public Task FailOverAsync() => Eventually.TrueAsync(
        async () => await CommandAsync(_sentinels[0].Port, "SENTINEL", "FAILOVER", ServiceName) == "OK",
        "the sentinel knows a good replica");

    /// <summary>
    /// Has the first sentinels name another primary, as after a failover, while the old one goes on as if nothing had happened.
    /// </summary>
    public async Task NameAsync(RedisServer server, int sentinels = Count)
    {
        foreach (var (port, _) in _sentinels.Take(sentinels))
        {
            await CommandAsync(port, "SENTINEL", "REMOVE", ServiceName);
            await CommandAsync(
                port, "SENTINEL", "MONITOR", ServiceName, "127.0.0.1", server.Port.ToString(CultureInfo.InvariantCulture), "2");
        }
    }

    /// <summary>A user of the servers and the sentinels, which can log in where all others are cut off.</summary>
    public async Task AddUserAsync(string name, string password)
    {
        string[] command = ["ACL", "SETUSER", name, "on", ">" + password, "~*", "&*", "+@all"];
        await Primary.CommandAsync(command);
        await Replica.CommandAsync(command);
        foreach (var (port, _) in _sentinels)
        {
            await CommandAsync(port, command);
        }
    }

    /// <summary>Partitions the primary from the sentinels and its replica, and not from those who log in as this user.</summary>
    public async Task CutPrimaryOffAsync(string name, string password)
    {
        string[] user = ["--no-auth-warning", "--user", name, "--pass", password];
        await Primary.CommandAsync([.. user, "ACL", "SETUSER", "default", "off"]);
        // The connections that are there would stay.
        await Primary.CommandAsync([.. user, "CLIENT", "KILL", "USER", "default"]);
    }

    /// <summary>Has the primary reject the commands by which the sentinels would make it a replica.</summary>
    public Task KeepPrimaryAsync() => Primary.CommandAsync("ACL", "SETUSER", "default", "-slaveof", "-replicaof");

    /// <summary>Kills the last sentinels.</summary>
    public async Task KillAsync(int sentinels)
    {
        foreach (var (_, process) in _sentinels.TakeLast(sentinels))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Until all sentinels name this server and it takes writes.</summary>
    public Task UntilPrimaryIsAsync(RedisServer server) => Eventually.TrueAsync(
        async () =>
        {
            var port = server.Port.ToString(CultureInfo.InvariantCulture);
            foreach (var (sentinel, _) in _sentinels)
            {
                if (!(await CommandAsync(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", ServiceName)).Split('\n').Contains(port))
                {
                    return false;
                }
            }

            return (await server.CommandAsync("ROLE")).StartsWith("master", StringComparison.Ordinal);
        },
        "the sentinels have another primary");

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process) in _sentinels)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await Replica.DisposeAsync();
        await Primary.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task AddSentinelAsync(int number)
    {
        var port = RedisServer.FreePort();
        var file = Path.Combine(_folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{number}.conf"));
        // A sentinel writes into its file.
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            port {port}
            bind 127.0.0.1
            dir {_folder.FullName}
            sentinel monitor {ServiceName} 127.0.0.1 {Primary.Port} 2
            sentinel down-after-milliseconds {ServiceName} 1000
            sentinel failover-timeout {ServiceName} 4000

            """));
        var process = Process.Start(new ProcessStartInfo("redis-server", [file, "--sentinel"]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("redis-server did not start; run tests/interop/install.sh.");
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        _sentinels.Add((port, process));
        await Eventually.TrueAsync(async () => await CommandAsync(port, "PING") == "PONG", "the sentinel answers");
    }

    private static async Task<string> CommandAsync(int port, params string[] command) =>
        (await Script.RunAsync("redis-cli", ["-p", port.ToString(CultureInfo.InvariantCulture), .. command])).Output.Trim();
}
