using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Host;
using Gateway.Testing;

namespace Gateway.Benchmarks;

/// <summary>A gateway in a process of its own, whose memory is nobody else's.</summary>
internal sealed class DrillGateway : IAsyncDisposable
{
    private readonly Script _script;
    private readonly DirectoryInfo _folder;

    private DrillGateway(Script script, DirectoryInfo folder, string address)
    {
        _script = script;
        _folder = folder;
        Address = address;
    }

    public string Address { get; }

    public static async Task<DrillGateway> StartAsync(JsonObject configuration)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-drill-");
        var file = Path.Combine(folder.FullName, "yarp.json");
        await File.WriteAllTextAsync(file, configuration.ToJsonString());
        var script = Script.Start("dotnet", typeof(DrillGateway).Assembly.Location, "drill", "gateway", file);
        return new DrillGateway(script, folder, await script.ReadLineAsync());
    }

    /// <summary>The managed heap after a collection, and the working set; in MiB.</summary>
    public async Task<(double Heap, double WorkingSet)> MemoryAsync()
    {
        await _script.WriteLineAsync("memory");
        var numbers = (await _script.ReadLineAsync()).Split(' ');
        return (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await _script.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>The other side: prints its address, then its memory for each line it reads; ends with its standard input.</summary>
    public static async Task<int> ServeAsync(string file)
    {
        await using var app = await GatewayApp.BuildAsync(new GatewayAppOptions
        {
            ConfigFile = file,
            Environment = "Development",
            Settings = new Dictionary<string, string?>
            {
                ["urls"] = "http://127.0.0.1:0",
                ["Gateway:Management:Port"] = "0",
                ["Logging:LogLevel:Default"] = "Error",
            },
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        while (Console.ReadLine() is not null)
        {
            var heap = GC.GetTotalMemory(forceFullCollection: true);
            using var self = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{heap / 1048576.0:0.0} {self.WorkingSet64 / 1048576.0:0.0}"));
        }

        return 0;
    }
}
