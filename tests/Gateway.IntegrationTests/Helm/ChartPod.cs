using System.Globalization;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>
/// A pod of the chart without Kubernetes: its files under a folder, and the gateway's own program with its arguments and variables. Only
/// what cannot be the same differs: where the files are, and that all ports are on loopback.
/// </summary>
internal sealed class ChartPod : IAsyncDisposable
{
    private readonly RenderedChart _chart;
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pod-");
    private Script? _gateway;

    /// <param name="files">What the Secrets hold, by path in the container.</param>
    public ChartPod(RenderedChart chart, IReadOnlyDictionary<string, string>? files = null)
    {
        _chart = chart;
        var config = (string)chart.Single("ConfigMap", chart.Workload.Name())["data"]!["yarp.json"]!;
        var all = new Dictionary<string, string>(files ?? new Dictionary<string, string>()) { ["/etc/gateway/yarp.json"] = config };
        foreach (var (path, content) in all)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Here(path))!);
            File.WriteAllText(Here(path), Here(content));
        }

        Directory.CreateDirectory(Here("/var/lib/gateway"));
    }

    /// <summary><c>gateway check</c> on the pod's file, with the pod's variables.</summary>
    public Task<ScriptResult> CheckAsync() => Script.RunAsync("env", [.. Variables(), .. Program("check", "/etc/gateway/yarp.json")]);

    /// <summary>Starts the pod's container in the Development environment, where issuers may be on loopback.</summary>
    public void Start() => _gateway = Script.Start(
        "env",
        [
            .. Variables(), "DOTNET_ENVIRONMENT=Development",
            .. Program([.. _chart.Container["args"]!.AsArray().Select(argument => (string)argument!)])]);

    public async ValueTask DisposeAsync()
    {
        if (_gateway is { } gateway)
        {
            gateway.Kill();
            await gateway.DisposeAsync();
        }

        _root.Delete(recursive: true);
    }

    private IEnumerable<string> Variables()
    {
        foreach (var variable in _chart.Container["env"].Items().Where(each => each["value"] is not null))
        {
            var (name, value) = ((string)variable["name"]!, (string)variable["value"]!);
            yield return name == "ASPNETCORE_HTTP_PORTS"
                ? string.Create(CultureInfo.InvariantCulture, $"ASPNETCORE_URLS=http://127.0.0.1:{value}")
                : $"{name}={Here(value).Replace("//*:", "//127.0.0.1:", StringComparison.Ordinal)}";
        }
    }

    private IEnumerable<string> Program(params IEnumerable<string> arguments) =>
        ["dotnet", Path.Combine(AppContext.BaseDirectory, "Gateway.dll"), .. arguments.Select(Here)];

    private string Here(string text) => text
        .Replace("/etc/gateway", $"{_root.FullName}/etc/gateway", StringComparison.Ordinal)
        .Replace("/var/lib/gateway", $"{_root.FullName}/var/lib/gateway", StringComparison.Ordinal);
}
