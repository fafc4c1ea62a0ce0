using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Gateway.Host;

namespace Gateway.Testing;

/// <summary>
/// The gateway in a process of its own, in Production: what it prints is what a cluster's log would hold, and its telemetry is its own.
/// </summary>
internal sealed class GatewayProgram : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-");
    private readonly ConcurrentQueue<string> _lines = new();
    private Process _process = null!;

    /// <summary>What it has printed so far, to standard output and standard error.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public string Address { get; private set; } = "";

    public string ManagementAddress { get; private set; } = "";

    public int ProcessId => _process.Id;

    public string ConfigFile => Path.Combine(_folder.FullName, "yarp.json");

    /// <summary>An HTTP/1.1 client for the routes; it adds no trace context of its own.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <param name="files">Files beside yarp.json, which is one of them.</param>
    /// <param name="environment">Environment variables.</param>
    /// <param name="endpoints">More of them, made from the address that it shall have.</param>
    /// <param name="assembly">The program; null for the one that the tests were built with.</param>
    public static async Task<GatewayProgram> StartAsync(
        IReadOnlyDictionary<string, string> files, IReadOnlyDictionary<string, string>? environment = null,
        Func<string, IReadOnlyDictionary<string, string>>? endpoints = null, string? assembly = null)
    {
        var program = new GatewayProgram();
        foreach (var (name, content) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(program._folder.FullName, name), content);
        }

        var (port, managementPort) = (RedisServer.FreePort(), RedisServer.FreePort());
        program.Address = $"http://127.0.0.1:{port}";
        program.ManagementAddress = $"http://127.0.0.1:{managementPort}";
        program.Client =
            new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null })
            {
                BaseAddress = new Uri(program.Address),
                Timeout = Deadline,
            };
        var start = new ProcessStartInfo(
            "dotnet",
            [assembly ?? typeof(GatewayApp).Assembly.Location, "--config", program.ConfigFile, "--urls", program.Address])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["Gateway__Drain__Delay"] = "00:00:00";
        start.Environment["Gateway__Management__Port"] = managementPort.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in (environment ?? new Dictionary<string, string>()).Concat(
                endpoints?.Invoke(program.Address) ?? new Dictionary<string, string>()))
        {
            start.Environment[name] = value;
        }

        program._process = Process.Start(start) ?? throw new InvalidOperationException("The gateway did not start.");
        program._process.OutputDataReceived += (_, line) => program._lines.Enqueue(line.Data ?? "");
        program._process.ErrorDataReceived += (_, line) => program._lines.Enqueue(line.Data ?? "");
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Until each of these checks of <c>/readyz?verbose</c> is good.</summary>
    public async Task WaitUntilAsync(params string[] checks)
    {
        using var probe = new HttpClient { BaseAddress = new Uri(ManagementAddress) };
        await Eventually.TrueAsync(
            async () =>
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException(
                        $"The gateway ended with {_process.ExitCode}; it printed {string.Join('\n', _lines)}");
                }

                try
                {
                    using var answer = await probe.GetAsync("/readyz?verbose");
                    var body = await answer.Content.ReadAsStringAsync();
                    return checks.All(check => body.Contains($"[+] {check}", StringComparison.Ordinal));
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            () => $"the gateway is ready; it printed {string.Join('\n', _lines)}");
    }

    /// <summary>SIGTERM.</summary>
    public Task SignalAsync() => Script.RunAsync("bash", ["-c", $"kill -TERM {_process.Id}"]);

    /// <summary>SIGTERM, and how long it took to be gone.</summary>
    public async Task<(int ExitCode, TimeSpan Took)> StopAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var start = TimeProvider.System.GetTimestamp();
        await SignalAsync();
        await _process.WaitForExitAsync(deadline.Token);
        return (_process.ExitCode, TimeProvider.System.GetElapsedTime(start));
    }

    /// <summary>Until it ends by itself; the exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
