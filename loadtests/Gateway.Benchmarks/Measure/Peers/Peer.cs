using Gateway.Benchmarks.Measure.Load;
using Gateway.Benchmarks.Measure.Plan;
using Gateway.Benchmarks.Steady;

namespace Gateway.Benchmarks.Measure.Peers;

/// <summary>A measured server: one program, or a proxy with the service that it asks. Their processor time counts together.</summary>
/// <param name="checks">Whether it rejects bad tokens.</param>
internal sealed class Peer(PeerKind kind, PeerAddresses addresses, bool checks, IReadOnlyList<MeasuredProgram> programs) : IAsyncDisposable
{
    private IReadOnlyList<int> _processes = [];

    public PeerKind Kind => kind;

    public PeerAddresses Addresses => addresses;

    public bool Checks => checks;

    /// <summary>Compiled ahead of time as a whole: nothing is compiled while it runs.</summary>
    public bool IsNative => kind is PeerKind.Haproxy or PeerKind.HaproxyJwt or PeerKind.Apache;

    public string Output => string.Join('\n', programs.Select(program => program.Output));

    public bool HasEnded => programs.Any(program => program.HasEnded);

    /// <summary>Under load from now on: its processes are known and its hot code is compiled.</summary>
    public bool IsWarm { get; set; }

    public long ProcessorNanoseconds => ProcessClock.Read(_processes);

    public double ResidentMegabytes => _processes.Sum(process => ProcessFigures.Read(process).ResidentMegabytes);

    /// <summary>After its start: reads which processes it has.</summary>
    public void FindProcesses() => _processes = [.. programs.SelectMany(program => program.Processes)];

    public ILoad Connect(Transport transport) => transport switch
    {
        Transport.Http1 => new ClosedLoop(addresses.Http1, isTls: false),
        Transport.Tls => new ClosedLoop(addresses.Tls, isTls: true),
        Transport.TlsHandshake => new HandshakeLoop(addresses.Tls),
        _ => new H2Load(addresses.Url(transport), addresses.Body),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var program in programs)
        {
            await program.DisposeAsync();
        }
    }
}

/// <summary>The ports of a peer, each for one transport, and what is asked for there.</summary>
/// <param name="Body">The file with the body of a gRPC call; null for a GET.</param>
internal sealed record PeerAddresses(int Http1, int Http2 = 0, int Tls = 0, string Path = "/orders/1", string? Body = null)
{
    public Uri Url(Transport transport) => transport switch
    {
        Transport.Http1 => new Uri($"http://127.0.0.1:{Http1}{Path}"),
        Transport.Http2 => new Uri($"http://127.0.0.1:{Http2}{Path}"),
        _ => new Uri($"https://127.0.0.1:{Tls}{Path}"),
    };
}
