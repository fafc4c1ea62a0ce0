using System.Net.Http.Headers;
using BenchmarkDotNet.Attributes;
using Gateway.Authentication;
using Gateway.Identity;
using Gateway.Pipeline.Hygiene;
using Gateway.Pipeline.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Operations;

/// <summary>The headers of a browser's request: checked, one of ours stripped, and the identity set.</summary>
[MemoryDiagnoser]
public class HeaderBenchmarks
{
    private readonly HeaderDictionary _headers = new()
    {
        ["Host"] = "shop.example",
        ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ["Accept"] = "application/json",
        ["Accept-Language"] = "en-GB,en;q=0.7",
        ["Accept-Encoding"] = "gzip, deflate, br, zstd",
        ["Origin"] = "https://shop.example",
        ["Cookie"] = "theme=dark; cart=3f6b",
    };

    private OperationGateway _gateway = null!;
    private ProtectedHeaders _protected = null!;
    private VerifiedToken _token = null!;
    private HttpRequestHeaders _outgoing = null!;

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _gateway = await OperationGateway.StartAsync();
        _protected = _gateway.Snapshot.Settings.ProtectedHeaders;
        var token = _gateway.Token("known");
        _token = await _gateway.KnowAsync(token);
        _headers["Authorization"] = $"Bearer {token}";
        using var request = new HttpRequestMessage();
        _outgoing = request.Headers;
    }

    [GlobalCleanup]
    public async Task EndAsync() => await _gateway.DisposeAsync();

    [Benchmark]
    public int Check() => Checked(0);

    [Benchmark]
    public int Strip()
    {
        _headers["X-Auth-Subject"] = "mallory";
        return Checked(1);
    }

    [Benchmark]
    public void SetIdentity()
    {
        _outgoing.Clear();
        ProxiedIdentity.Set(_token.IdentityHeaders.AsSpan(), _outgoing);
    }

    private int Checked(int expected)
    {
        var fault = RequestHeaders.Check(_headers, _protected, isHttp11: true, out var stripped);
        return fault == RequestFault.None && stripped == expected
            ? stripped
            : throw new InvalidOperationException($"{fault}, {stripped} stripped");
    }
}
