using Gateway.Benchmarks.Measure.Load;
using Gateway.Benchmarks.Measure.Plan;
using Gateway.Benchmarks.Servers;
using Gateway.Testing;

namespace Gateway.Benchmarks.Measure.Peers;

/// <summary>Starts the processes of each kind of peer.</summary>
/// <param name="spinNanoseconds">How long <see cref="PeerKind.BareSlowed"/> busy-waits in each request.</param>
internal sealed class PeerFactory(MeasureSite site, int spinNanoseconds = 0)
{
    private readonly MeasuredGateway _gateway = new(site);

    /// <param name="environment">Settings of the runtime.</param>
    /// <param name="cores">How many cores it may use; null for all.</param>
    public Peer Start(PeerKind kind, IReadOnlyDictionary<string, string> environment, int? cores) => kind switch
    {
        PeerKind.Gateway => Of(kind, _gateway.Start(site.CreateSettings(), environment: environment, cores: cores)),
        _ when environment.Count > 0 || cores is not null =>
            throw new InvalidDataException($"Only the gateway can have a setting or a number of cores, not {kind}."),
        _ => Start(kind),
    };

    public Peer Start(PeerKind kind) => kind switch
    {
        PeerKind.Gateway => Of(kind, _gateway.Start(site.CreateSettings())),
        PeerKind.Bare or PeerKind.BareAgain => Dotnet(kind, "bare", checks: false),
        PeerKind.BareSlowed => Dotnet(kind, "bare", checks: false, site.CreateSettings() with { SpinNanoseconds = spinNanoseconds }),
        PeerKind.Stock => Dotnet(kind, "stock", checks: true),
        PeerKind.StockRedis => Dotnet(kind, "stock", checks: true, site.CreateSettings() with { Redis = site.Redis }),
        PeerKind.Cached => Dotnet(kind, "cached", checks: true),
        PeerKind.Authorizer => Dotnet(kind, "authorizer", checks: true),
        PeerKind.Haproxy or PeerKind.HaproxyJwt => Haproxy(kind),
        PeerKind.Apache => Apache(kind),
        PeerKind.GatewayPlain => Of(kind, _gateway.Start(site.CreateSettings() with { HasIdentity = false })),
        PeerKind.GatewayAsserting => Of(kind, _gateway.Start(site.CreateSettings() with { HasAssertion = true })),
        PeerKind.GatewayRedis => Of(kind, _gateway.Start(site.CreateSettings() with { Redis = site.Redis })),
        PeerKind.GatewayFull => Of(kind, _gateway.Start(site.CreateSettings(), isFull: true)),
        PeerKind.GatewayCheck => Check(kind),
        PeerKind.NginxStock => NginxStock(kind),
        PeerKind.NginxGateway => NginxGateway(kind),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static PeerAddresses AddressesOf(ServerSettings settings, string path = "/orders/1") =>
        new(new Uri(settings.Url).Port, new Uri(settings.Http2Url).Port, new Uri(settings.TlsUrl).Port, path);

    private static Peer Of(PeerKind kind, (ServerSettings Settings, int Decisions, MeasuredProgram Program) gateway) =>
        new(kind, AddressesOf(gateway.Settings), checks: true, [gateway.Program]);

    private Peer Dotnet(PeerKind kind, string server, bool checks, ServerSettings? settings = null)
    {
        settings ??= site.CreateSettings();
        var path = kind == PeerKind.Authorizer ? "/authorize" : "/orders/1";
        return new Peer(kind, AddressesOf(settings, path), checks, [site.Serve(server, settings)]);
    }

    private Peer Check(PeerKind kind)
    {
        var (_, decisions, program) = _gateway.Start(site.CreateSettings(), isFull: true);
        var body = Path.Combine(site.Folder, "check.bin");
        File.WriteAllBytes(body, EnvoyQuestion.Body(MeasuredRequest.Bearer(site.KnownToken)));
        return new Peer(
            kind, new PeerAddresses(0, decisions, 0, "/envoy.service.auth.v3.Authorization/Check", body), checks: true, [program]);
    }

    private Peer NginxStock(PeerKind kind)
    {
        var settings = site.CreateSettings();
        return Nginx(kind, new Uri(settings.Url).Port, site.Serve("authorizer", settings));
    }

    private Peer NginxGateway(PeerKind kind)
    {
        var (_, decisions, program) = _gateway.Start(site.CreateSettings(), isFull: true);
        return Nginx(kind, decisions, program);
    }

    private Peer Nginx(PeerKind kind, int decisions, MeasuredProgram service)
    {
        var port = RedisServer.FreePort();
        var folder = Directory.CreateDirectory(Path.Combine(site.Folder, $"nginx-{port}")).FullName;
        var file = Template("nginx.conf", folder, ("PORT", $"{port}"), ("DECISIONS", $"127.0.0.1:{decisions}"));
        var nginx = MeasuredProgram.Start("/usr/sbin/nginx", ["-p", folder, "-c", file, "-e", "stderr"]);
        return new Peer(kind, new PeerAddresses(port), checks: true, [nginx, service]);
    }

    private Peer Haproxy(PeerKind kind)
    {
        var settings = site.CreateSettings();
        var addresses = AddressesOf(settings);
        var checks = kind == PeerKind.HaproxyJwt ? File.ReadAllText(Path.Combine(Configs, "haproxy-jwt.cfg")) : "";
        var folder = Directory.CreateDirectory(Path.Combine(site.Folder, $"haproxy-{addresses.Http1}")).FullName;
        var file = Template(
            "haproxy.cfg", folder, ("CHECKS", checks), ("PORT", $"{addresses.Http1}"), ("HTTP2_PORT", $"{addresses.Http2}"),
            ("THREADS", $"{Environment.ProcessorCount}"),
            ("KEYS", site.Tokens), ("ISSUER", ComparedKeys.Issuer), ("AUDIENCE", ComparedKeys.Audience),
            ("TLS", $"bind 127.0.0.1:{addresses.Tls} ssl crt {site.Certificate}"));
        return new Peer(kind, addresses, kind == PeerKind.HaproxyJwt, [MeasuredProgram.Start("/usr/sbin/haproxy", ["-db", "-f", file])]);
    }

    private Peer Apache(PeerKind kind)
    {
        var (port, http2) = (RedisServer.FreePort(), RedisServer.FreePort());
        var folder = Directory.CreateDirectory(Path.Combine(site.Folder, $"apache-{port}")).FullName;
        var file = Template(
            "apache.conf", folder, ("PORT", $"{port}"), ("HTTP2_PORT", $"{http2}"), ("MODULES", "/usr/lib/apache2/modules"),
            // Its workers must not run as root.
            ("USER", Environment.IsPrivilegedProcess ? "User www-data\nGroup www-data" : ""),
            ("KEYS", site.Tokens), ("ISSUER", ComparedKeys.Issuer), ("AUDIENCE", ComparedKeys.Audience));
        return new Peer(
            kind, new PeerAddresses(port, http2), checks: true, [MeasuredProgram.Start("/usr/sbin/apache2", ["-DFOREGROUND", "-f", file])]);
    }

    private static string Configs => Path.Combine(Script.Root, "loadtests", "peers");

    /// <summary>Fills in a configuration of loadtests/peers.</summary>
    private string Template(string name, string folder, params (string Name, string Value)[] values)
    {
        var text = File.ReadAllText(Path.Combine(Configs, name));
        foreach (var (key, value) in values.Append(("DESTINATION", new Uri(site.DestinationUrl).Authority)).Append(("FOLDER", folder)))
        {
            text = text.Replace($"@{key}@", value, StringComparison.Ordinal);
        }

        var file = Path.Combine(folder, name);
        File.WriteAllText(file, text);
        return file;
    }
}
