using System.Net;
using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.ExternalAuthorization;
using Gateway.Host;
using Gateway.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Testing;

/// <summary>The whole gateway on loopback sockets, from a yarp.json of the test's own.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private TestGateway(WebApplication app, DirectoryInfo folder, LogCapture logs)
    {
        _app = app;
        _folder = folder;
        Logs = logs;
        Client = CreateClient(HttpVersion.Version11);
    }

    /// <summary>The public address for HTTP/1.1.</summary>
    public string Address => _app.Urls.First();

    /// <summary>The public address for HTTP/2 without TLS.</summary>
    public string Http2Address => _app.Urls.ElementAt(1);

    /// <summary>The address of the endpoint with TLS that a test configures.</summary>
    public string HttpsAddress => _app.Urls.First(url => url.StartsWith("https:", StringComparison.Ordinal));

    public string ManagementAddress =>
        $"http://localhost:{_app.Services.GetServices<IHostedService>().OfType<ManagementServer>().Single().Port}";

    /// <summary>The listener for other proxies.</summary>
    public string AuthorizationAddress => _app.Services.GetServices<IHostedService>().OfType<AuthorizationServer>().Single().Address!;

    public string ConfigFile => Path.Combine(_folder.FullName, "yarp.json");

    public IServiceProvider Services => _app.Services;

    public LogCapture Logs { get; }

    /// <summary>An HTTP/1.1 client whose base address is the gateway. Follows no redirects, keeps no cookies.</summary>
    public HttpClient Client { get; }

    /// <param name="yarpJson">The configuration; its file name and folder are the gateway's.</param>
    /// <param name="files">More files for that folder, such as key sets and secrets.</param>
    /// <param name="waitUntilReady">False for tests of a gateway that cannot get ready.</param>
    /// <param name="settings">Settings that win over the file.</param>
    /// <param name="extend">Middleware behind the gateway's stages and endpoints beside its routes, as a fork adds them.</param>
    /// <param name="configure">Services of a fork.</param>
    public static async Task<TestGateway> StartAsync(
        JsonObject yarpJson, TimeProvider? time = null, IReadOnlyDictionary<string, string>? files = null, bool waitUntilReady = true,
        string environment = "Development", IReadOnlyDictionary<string, string?>? settings = null,
        Action<WebApplication>? extend = null, Action<IServiceCollection>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-");
        foreach (var (name, content) in files ?? new Dictionary<string, string>())
        {
            var path = Path.Combine(folder.FullName, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, content);
        }

        var file = Path.Combine(folder.FullName, "yarp.json");
        await File.WriteAllTextAsync(file, yarpJson.ToJsonString());
        var logs = new LogCapture();
        var app = await GatewayApp.BuildAsync(new GatewayAppOptions
        {
            ConfigFile = file,
            Environment = environment,
            Settings = (settings ?? new Dictionary<string, string?>()).Append(new("Gateway:Management:Port", "0")).ToDictionary(),
            Configure = builder =>
            {
                builder.Logging.ClearProviders().AddProvider(logs);
                builder.Services.Replace(ServiceDescriptor.Singleton(time ?? TimeProvider.System));
                configure?.Invoke(builder.Services);
                builder.Services.Configure<KestrelServerOptions>(kestrel =>
                {
                    kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
                    kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
                });
            },
        });
        extend?.Invoke(app);
        await app.StartAsync();
        var gateway = new TestGateway(app, folder, logs);
        if (waitUntilReady)
        {
            await gateway.WaitUntilReadyAsync();
        }

        return gateway;
    }

    /// <summary>A yarp.json with the issuer, a public route and a protected one for any token, to which a test adds.</summary>
    public static JsonObject Configuration(FakeIssuer issuer, RecordingDestination destination)
    {
        var configuration = Configuration(destination);
        configuration["Gateway"]!["Issuers"]!["shop"] = new JsonObject
        {
            ["Issuer"] = issuer.Issuer,
            ["Audiences"] = new JsonArray("shop-api"),
            ["Keys"] = new JsonObject { ["Discovery"] = true },
        };
        return configuration;
    }

    /// <summary>The same without an issuer.</summary>
    public static JsonObject Configuration(RecordingDestination destination) => new()
    {
        ["Gateway"] = new JsonObject
        {
            ["Issuers"] = new JsonObject(),
            ["Policies"] = new JsonObject(),
            ["Revocation"] = new JsonObject { ["Store"] = "Memory" },
        },
        ["ReverseProxy"] = new JsonObject
        {
            ["Routes"] = new JsonObject
            {
                ["public"] = Route("Anonymous", "/public/{**rest}"),
                ["private"] = Route("Authenticated", "/private/{**rest}"),
            },
            ["Clusters"] = new JsonObject
            {
                ["recorder"] = new JsonObject
                {
                    ["Destinations"] = new JsonObject { ["one"] = new JsonObject { [nameof(Address)] = destination.Address } },
                },
            },
        },
    };

    public static JsonObject Route(string policy, string path) => new()
    {
        ["ClusterId"] = "recorder",
        ["AuthorizationPolicy"] = policy,
        ["Match"] = new JsonObject { ["Path"] = path },
    };

    public HttpClient CreateClient(Version version) => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = new Uri(version == HttpVersion.Version20 ? Http2Address : Address),
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>GET with a bearer token, or without one.</summary>
    public Task<HttpResponseMessage> GetAsync(string path, string? token = null) => Client.SendAsync(Request(HttpMethod.Get, path, token));

    public static HttpRequestMessage Request(HttpMethod method, string path, string? token = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return request;
    }

    public async Task WaitUntilReadyAsync()
    {
        using var probe = new HttpClient { BaseAddress = new Uri(ManagementAddress) };
        await Eventually.TrueAsync(async () => (await probe.GetAsync("/readyz")).IsSuccessStatusCode, "the gateway is ready");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
