using System.Diagnostics;
using System.Text;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>No input of a client causes a 500, an error in the log, or the end of another request.</summary>
public sealed class HostileRequestTests : IClassFixture<HostileRequestTests.Gateways>
{
    private const string Smuggled = "GET /private/smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static readonly string[] Paths = ["/public/a", "/changed/a", "/hosted/a", "/private/a", "/nowhere"];

    private readonly StandardGateway _parts;

    public HostileRequestTests(Gateways parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    public static TheoryData<string> BadHosts =>
        ["xn--", "xn--.example.com", "a.xn--", "xn--\u00e9", "xn--99999999", "xn--0:80", "XN--", "xn---", "a.xn--.b:443"];

    [Theory]
    [MemberData(nameof(BadHosts))]
    public async Task Host_that_is_no_punycode_is_a_bad_request(string host)
    {
        foreach (var path in Paths)
        {
            var response =
                await RawHttp.SendAsync(_parts.Gateway.Address, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            RawHttp.StatusOf(response).ShouldBe(400, $"{path}: {response}");

            await using var http2 = await RawHttp2Connection.OpenAsync(_parts.Gateway.Http2Address);
            await http2.GetAsync(1, path, authority: host);
            (await http2.ReadUntilEndOfAsync(1)).ShouldBeOneOf(0, 400);
        }

        ShouldHaveLoggedNoError();
    }

    [Fact]
    public async Task Host_that_is_no_punycode_is_a_bad_request_for_a_traced_gateway_too()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);

        var response = await RawHttp.SendAsync(_parts.Gateway.Address, "GET /public/a HTTP/1.1\r\nHost: xn--\r\nConnection: close\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(400, response);
        ShouldHaveLoggedNoError();
    }

    [Theory]
    [InlineData("xn--bcher-kva.example.com")]
    [InlineData("xn--strae-oqa.de:8080")]
    [InlineData("xn--fiqs8s")]
    [InlineData("[::1]:80")]
    [InlineData("a_b.example")]
    public async Task Honest_host_passes(string host)
    {
        foreach (var path in new[] { "/public/a", "/changed/a" })
        {
            var response =
                await RawHttp.SendAsync(_parts.Gateway.Address, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

            RawHttp.StatusOf(response).ShouldBe(200, response);
            _parts.Destination.Last.Header("X-Forwarded-Host").ShouldBe(host);
        }
    }

    [Theory]
    [InlineData("xn--")]
    [InlineData("a.xn--.example.com")]
    public async Task Host_that_a_trusted_proxy_passes_on_is_checked_too(string host)
    {
        await using var parts = await StandardGateway.StartAsync(configuration => configuration
            .With("Gateway:TrustedProxies", """["127.0.0.1"]""")
            .With("Gateway:TrustForwardedHost", "true"));

        var response = await RawHttp.SendAsync(
            parts.Gateway.Address,
            $"GET /public/a HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Host: {host}\r\nConnection: close\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(400, response);
        parts.Gateway.Logs.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET /public/a\rb HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /public/a\u000bb HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /public/a HTTP/1.1\r\nHost: localhost\r\nFo@: x\r\n\r\n")]
    [InlineData("GET /public/a HTTP/1.1\r\nHost: localhost\r\nFo\"o: x\r\n\r\n")]
    [InlineData("GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: a\u000cb\r\n\r\n")]
    [InlineData("GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: a\u0001\r\n\r\n")]
    [InlineData("GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n")]
    [InlineData("GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: \u00ff\u00fe\r\n\r\n")]
    [InlineData("GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n")]
    public async Task Line_that_readers_end_differently_closes_the_connection(string request)
    {
        var response = await RawHttp.SendAsync(_parts.Gateway.Address, request + Smuggled);

        RawHttp.StatusesOf(response).ShouldBe([400], response);
        response.ShouldContain("Connection: close", Case.Insensitive);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_other_spelling_of_a_header_that_frames_the_message_is_forwarded()
    {
        string[] names = [
            "Transfer-Encoding", "Content-Length", "Content-Type", "Content-Encoding", "Keep-Alive", "Proxy-Connection",
            "Sec-WebSocket-Key"];
        var lines = names.SelectMany(name => "!#$%&'*+.^_`|~".Select(separator => $"{name.Replace('-', separator)}: evil\r\n")).ToArray();
        foreach (var some in lines.Chunk(40))
        {
            foreach (var path in new[] { "/public/a", "/changed/a" })
            {
                var response = await RawHttp.SendAsync(
                    _parts.Gateway.Address,
                    $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: " +
                        $"close\r\n{string.Concat(some)}\r\nok");

                RawHttp.StatusOf(response).ShouldBe(200, response);
                _parts.Destination.Last.Headers.SelectMany(header => header.Value).ShouldNotContain("evil");
                _parts.Destination.Last.Header("Content-Type").ShouldBe("text/plain");
                _parts.Destination.Last.Header("Content-Length").ShouldBe("2");
            }
        }
    }

    [Theory]
    [InlineData("x-a", "caf\u00e9")]
    [InlineData("x-a", "\u00ff")]
    [InlineData("x-a", "a\0b")]
    [InlineData("x-a", "a\rb")]
    [InlineData("x-a", "a\nb")]
    [InlineData("x-a", "a\u000cb")]
    [InlineData("x-a", "\u00c0\u00af")]
    [InlineData("user-agent", "caf\u00e9")]
    [InlineData("cookie", "a=\u00e9")]
    [InlineData("authorization", "Bearer \u00e9")]
    [InlineData("traceparent", "\u00e9")]
    [InlineData("baggage", "a=\u00e9")]
    [InlineData("fo@", "a")]
    [InlineData("fo o", "a")]
    [InlineData("fo(o", "a")]
    public async Task Bad_header_of_one_http2_stream_ends_no_other(string name, string value)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _parts.Destination.Handler = _ =>
        {
            arrived.TrySetResult();
            return release.Task;
        };
        await using var http2 = await RawHttp2Connection.OpenAsync(_parts.Gateway.Http2Address);
        await http2.GetAsync(1, "/public/waits");
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await http2.GetAsync(3, "/public/bad", [(name, value)]);

        (await http2.ReadUntilEndOfAsync(3)).ShouldBe(400);
        release.SetResult();
        (await http2.ReadUntilEndOfAsync(1)).ShouldBe(200);
        _parts.Destination.Received.Count.ShouldBe(1);
        ShouldHaveLoggedNoError();
    }

    [Fact]
    public async Task Text_of_an_http2_header_reaches_the_destination_as_the_same_bytes()
    {
        await using var http2 = await RawHttp2Connection.OpenAsync(_parts.Gateway.Http2Address);

        await http2.GetAsync(1, "/public/a", [("x-note", "caf\u00c3\u00a9 \u00e4\u00b8\u00ad")]);

        (await http2.ReadUntilEndOfAsync(1)).ShouldBe(200);
        _parts.Destination.Last.Header("X-Note").ShouldBe("caf\u00e9 \u4e2d");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_bytes_over_http1_are_a_fault_of_the_gateway(int seed)
    {
        var random = new Random(seed);
        foreach (var _ in Enumerable.Range(0, 120))
        {
            var request = $"GET {Path(random)} HTTP/1.1\r\nHost: {Host(random)}\r\n{Name(random)}: {Bytes(random, 20)}\r\nX-A: " +
                $"{Bytes(random, 20)}\r\n"
                + $"Connection: close\r\n\r\n";

            var response = await RawHttp.SendAsync(_parts.Gateway.Address, request);

            RawHttp.StatusOf(response).ShouldBeInRange(200, 499, $"{Uri.EscapeDataString(request)}: {response}");
        }

        ShouldHaveLoggedNoError();
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task No_bytes_over_http2_are_a_fault_of_the_gateway_or_end_another_stream(int seed)
    {
        var random = new Random(seed);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _parts.Destination.Handler = context => context.Request.Path == "/public/waits" ? release.Task : Task.CompletedTask;
        await using var http2 = await RawHttp2Connection.OpenAsync(_parts.Gateway.Http2Address);
        await http2.GetAsync(1, "/public/waits");
        for (var stream = 3; stream < 400; stream += 2)
        {
            // The server itself ends the connection for a name that is not lower-case ASCII (RFC 9113 section 8.2.1).
            var name = string.Concat(Name(random).Where(c => c is > '\0' and < '\u007f' and not ':').Select(char.ToLowerInvariant));
            var (path, host, value) = (Path(random), Host(random), Bytes(random, 20));
            await http2.GetAsync(stream, path, [(name is "" or "connection" or "te" ? "x" : name, value)], host);

            (await http2.ReadUntilEndOfAsync(stream)).ShouldBeOneOf([0, .. Enumerable.Range(200, 300)]);
        }

        release.SetResult();
        (await http2.ReadUntilEndOfAsync(1)).ShouldBe(200);
        ShouldHaveLoggedNoError();
    }

    private static string Path(Random random) => random.Next(4) switch
    {
        0 => "/" + Bytes(random, 12),
        1 => Paths[random.Next(Paths.Length)] + "?" + Bytes(random, 12),
        2 => Paths[random.Next(Paths.Length)] + Bytes(random, 6),
        _ => Paths[random.Next(Paths.Length)],
    };

    private static string Host(Random random) => random.Next(4) switch
    {
        0 => Bytes(random, 8),
        1 => Pick(random, 8, "xn-.:[]0123456789abcXNz_%@~"),
        2 => "xn--" + Pick(random, 5, "xn-abcz0189."),
        _ => "localhost",
    };

    private static string Name(Random random) => random.Next(3) switch
    {
        0 => Bytes(random, 8),
        1 => Pick(random, 10, "abcXYZ-_.!@ ()/"),
        _ => new[]
        {
            "Accept", "Cookie", "Content-Type", "Content-Language", "Expect", "Range", "If-Match", "TE", "Date", "Trailer", "Upgrade",
            "User-Agent", "Via",
            "Origin", "Authorization", "X-Forwarded-For", "Sec-WebSocket-Key", "traceparent", "Keep-Alive", "Expires", "Allow", "Referer",
            "From",
        }[random.Next(23)],
    };

    private static string Pick(Random random, int most, string characters) =>
        string.Create(random.Next(1, most + 1), (random, characters), static (text, from) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = from.characters[from.random.Next(from.characters.Length)];
            }
        });

    private static string Bytes(Random random, int most)
    {
        var bytes = new byte[random.Next(most + 1)];
        random.NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }

    private void ShouldHaveLoggedNoError() =>
        _parts.Gateway.Logs.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)
            || line.StartsWith("Critical", StringComparison.Ordinal))
            .ShouldBeEmpty();

    /// <summary>One route for each way to read the request: by host, with transforms, with the client's host.</summary>
    public sealed class Gateways : StandardGateway
    {
        private protected override void Configure(System.Text.Json.Nodes.JsonObject configuration) => configuration
            .WithRoute(
                "changed", "Anonymous", """{ "Transforms": [{ "RequestHeaderOriginalHost": "true" }, { "QueryRemoveParameter": "q" }] }""")
            .WithRoute(
                "hosted", "Anonymous", """{ "Match": { "Path": "/hosted/{**rest}", "Hosts": ["api.example.com", "*.example.org"] } }""");
    }
}
