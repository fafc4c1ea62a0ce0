using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Testing;

/// <summary>
/// A real redis-server on a loopback port and a folder of its own, which keeps what it acknowledged (append-only file), and that a test
/// can hang, kill and start again.
/// </summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const int FirstPort = 12_000;
    private const int PortCount = 20_000;

    /// <summary>Begins anywhere, so that test runs beside each other seldom meet.</summary>
    private static int _lastPort = Random.Shared.Next(PortCount);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-");
    private readonly string[] _options;
    private string? _password;
    private Process? _process;

    private RedisServer(string? password, string[] options)
    {
        Port = FreePort();
        _password = password;
        _options = options;
    }

    public int Port { get; }

    /// <summary>The connection string, without the password.</summary>
    public string Connection => $"127.0.0.1:{Port}";

    /// <param name="options">More options of redis-server, such as <c>--maxmemory</c>.</param>
    public static async Task<RedisServer> StartAsync(string? password = null, params string[] options)
    {
        var server = new RedisServer(password, options);
        await server.RestartAsync();
        return server;
    }

    /// <summary>
    /// A port that nothing listens on, each time another one. It lies below the ports that Linux gives to outgoing connections (32768 and
    /// above), so that no connection of another test takes it before its server listens.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (int)((uint)Interlocked.Increment(ref _lastPort) % PortCount);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Something else listens there; the next one, then.
            }
        }
    }

    /// <summary>Starts it, again on the same port and with the same folder.</summary>
    public async Task RestartAsync()
    {
        string[] password = _password is null ? [] : ["--requirepass", _password];
        var start = new ProcessStartInfo("redis-server",
            [
                "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder.FullName, "--save", "",
                "--appendonly", "yes", "--appendfsync", "always", .. password, .. _options,
            ])
        { RedirectStandardOutput = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start; run tests/interop/install.sh.");
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        await Eventually.TrueAsync(async () => await CommandAsync("PING") == "PONG", "Redis answers");
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Another password from now on; whoever is connected has to come again.</summary>
    public async Task ChangePasswordAsync(string password)
    {
        await CommandAsync("CONFIG", "SET", "requirepass", password);
        _password = password;
        await CommandAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");
    }

    /// <summary>Copies its data as they are on the disk, for <see cref="RestoreDataAsync"/>.</summary>
    public Task BackUpDataAsync() => ShellAsync("rm -rf backup && cp -r appendonlydir backup");

    /// <summary>Puts the copy in the place of the data of a server that is not running.</summary>
    public Task RestoreDataAsync() => ShellAsync("rm -rf appendonlydir && cp -r backup appendonlydir");

    /// <summary>Deletes the data of a server that is not running.</summary>
    public Task DeleteDataAsync() => ShellAsync("rm -rf appendonlydir");

    /// <summary>SIGSTOP: it accepts connections and never answers.</summary>
    public Task HangAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>Runs one command of redis-cli and returns what it prints.</summary>
    public async Task<string> CommandAsync(params string[] command)
    {
        string[] password = _password is null ? [] : ["--no-auth-warning", "-a", _password];
        var result = await Script.RunAsync("redis-cli", ["-p", Port.ToString(CultureInfo.InvariantCulture), .. password, .. command]);
        return result.Output.Trim();
    }

    /// <summary>Makes it a primary.</summary>
    public async Task PromoteAsync() => await CommandAsync("REPLICAOF", "NO", "ONE");

    /// <summary>Makes it a replica.</summary>
    public async Task FollowAsync(RedisServer primary) =>
        await CommandAsync("REPLICAOF", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes it a replica of a port that nothing listens on.</summary>
    public async Task FollowDeadPortAsync() =>
        await CommandAsync("REPLICAOF", "127.0.0.1", FreePort().ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits until it has its primary's data.</summary>
    public Task UntilFollowingAsync() => Eventually.TrueAsync(
        async () => (await CommandAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal),
        "the replica follows");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    private async Task ShellAsync(string commands) => await Script.RunAsync("bash", ["-c", $"cd '{_folder.FullName}' && {commands}"]);

    private async Task SignalAsync(string signal) => await Script.RunAsync("bash", ["-c", $"kill -{signal} {_process!.Id}"]);
}
