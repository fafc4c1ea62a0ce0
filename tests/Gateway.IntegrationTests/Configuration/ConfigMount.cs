using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Host;
using Gateway.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>
/// A folder as the kubelet mounts a ConfigMap: yarp.json is a link to ..data/yarp.json, ..data a link to a folder named by time, and an
/// update swaps ..data for a new one in one rename.
/// </summary>
internal sealed class ConfigMount : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-mount-");
    private int _version;

    public ConfigMount(string content)
    {
        Write(content);
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "yarp.json"), Path.Combine("..data", "yarp.json"));
    }

    public string ConfigFile => Path.Combine(_folder.FullName, "yarp.json");

    public void Write(JsonNode configuration) => Write(configuration.ToJsonString());

    public void Write(string content)
    {
        var version = Directory.CreateDirectory(Path.Combine(_folder.FullName, $"..version_{++_version}"));
        File.WriteAllText(Path.Combine(version.FullName, "yarp.json"), content);
        var link = Path.Combine(_folder.FullName, "..data_tmp");
        File.CreateSymbolicLink(link, version.Name);
        // .NET would follow the link.
        Rename(link, Path.Combine(_folder.FullName, "..data")).ShouldBe(0);
    }

    /// <summary>The link to the present version goes, and with it the file.</summary>
    public void Lose() => File.Delete(Path.Combine(_folder.FullName, "..data"));

    public void BringBack() => File.CreateSymbolicLink(Path.Combine(_folder.FullName, "..data"), $"..version_{_version}");

    public void Dispose() => _folder.Delete(recursive: true);

    [DllImport("libc", EntryPoint = "rename", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Rename(string from, string to);
}

/// <summary>An issuer, a destination and a gateway whose configuration comes from such a mount.</summary>
internal sealed class MountedGateway : IAsyncDisposable
{
    private WebApplication _app = null!;

    public FakeIssuer Issuer { get; private init; } = null!;

    public RecordingDestination Destination { get; private init; } = null!;

    public JsonObject Configuration { get; private init; } = null!;

    public ConfigMount Mount { get; private init; } = null!;

    public LogCapture Logs { get; } = new();

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public static async Task<MountedGateway> StartAsync(Action<JsonObject>? edit = null, Action<IServiceCollection>? configure = null)
    {
        var (issuer, destination) = (await FakeIssuer.StartAsync(), await RecordingDestination.StartAsync());
        var configuration = TestGateway.Configuration(issuer, destination);
        edit?.Invoke(configuration);
        var parts = new MountedGateway
        {
            Issuer = issuer,
            Destination = destination,
            Configuration = configuration,
            Mount = new ConfigMount(configuration.ToJsonString()),
        };
        parts._app = await GatewayApp.BuildAsync(new GatewayAppOptions
        {
            ConfigFile = parts.Mount.ConfigFile,
            Environment = "Development",
            Settings = new Dictionary<string, string?> { ["Gateway:Management:Port"] = "0" },
            Configure = builder =>
            {
                builder.Logging.ClearProviders().AddProvider(parts.Logs);
                configure?.Invoke(builder.Services);
                builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
            },
        });
        await parts._app.StartAsync();
        parts.Client = new HttpClient { BaseAddress = new Uri(parts._app.Urls.First()), Timeout = TimeSpan.FromSeconds(30) };
        await Eventually.TrueAsync(
            async () => (await parts.StatusAsync("/private/x", issuer.Token().Build())) == 200, "the gateway serves");
        return parts;
    }

    public int LinesWith(string text) => Logs.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Changes the configuration as its last version stands and mounts it.</summary>
    public void Change(Action<JsonObject> edit)
    {
        edit(Configuration);
        Mount.Write(Configuration);
    }

    public async Task<int> StatusAsync(string path, string? token = null)
    {
        using var request = TestGateway.Request(HttpMethod.Get, path, token);
        using var response = await Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>Asks again and again; how often each status came.</summary>
    public async Task<Dictionary<int, int>> AskAsync(string path, string token, CancellationToken stop)
    {
        var statuses = new Dictionary<int, int>();
        while (!stop.IsCancellationRequested)
        {
            var status = await StatusAsync(path, token);
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        return statuses;
    }

    public Task ShouldComeToAnswerAsync(int status, string path, string? token = null) =>
        Eventually.TrueAsync(async () => await StatusAsync(path, token) == status, $"{path} answers {status}");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
        Mount.Dispose();
        await Destination.DisposeAsync();
        await Issuer.DisposeAsync();
    }
}
