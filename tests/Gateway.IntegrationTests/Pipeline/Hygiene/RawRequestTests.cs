using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>Messages that two readers could split or name differently end at the gateway with a 4xx.</summary>
public sealed class RawRequestTests : IClassFixture<StandardGateway>
{
    private const string Smuggled = "GET /private/smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private readonly StandardGateway _parts;

    public RawRequestTests(StandardGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    public static TheoryData<string, string> Ambiguous => new()
    {
        { "bare LF after a header", "POST /public/a HTTP/1.1\r\nHost: localhost\nContent-Length: 0\r\n\r\n" },
        { "bare LF at the end", "GET /public/a HTTP/1.1\r\nHost: localhost\r\n\n" },
        { "bare LF after the request line", "GET /public/a HTTP/1.1\nHost: localhost\r\n\r\n" },
        { "bare CR in a header", "GET /public/a HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n" },
        { "length and chunked", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "chunked and length", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "two lengths", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 70\r\n\r\n{Smuggled}" },
        { "two equal lengths in one", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0, 0\r\n\r\n{Smuggled}" },
        { "negative length", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{Smuggled}" },
        { "hexadecimal length", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x0\r\n\r\n{Smuggled}" },
        { "two transfer encodings", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "chunked twice", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "gzip, chunked", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "identity, chunked", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "identity", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n{Smuggled}" },
        { "unknown coding", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "vertical tab before chunked", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "space before the colon", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "transfer encoding on HTTP/1.0", $"POST /public/a HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "chunk size of nothing", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "chunk line ended by LF", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\nA\r\n0\r\n\r\n{Smuggled}" },
        { "chunk extension ended by LF", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2;\nxx\r\n4c\r\n0\r\n\r\n{Smuggled}" },
        { "chunk longer than it says", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nABC\r\n0\r\n\r\n{Smuggled}" },
        { "overflowing chunk size", $"POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n100000000000000000000\r\n0\r\n\r\n{Smuggled}" },
        { "header name with a slash", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nX/Auth: a\r\n\r\n" },
        { "header name with a parenthesis", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nX(Auth): a\r\n\r\n" },
        { "header name with a space", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nX Auth: a\r\n\r\n" },
        { "header name beyond ASCII", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nX-\u00e9: a\r\n\r\n" },
        { "no header name", "GET /public/a HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n" },
        { "no colon", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nX-Auth\r\n\r\n" },
        { "NUL in a value", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n" },
        { "escape in a value", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: a\u001bb\r\n\r\n" },
        { "delete in a value", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: a\u007fb\r\n\r\n" },
        { "folded header", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b: c\r\n\r\n" },
        { "folded first header", "GET /public/a HTTP/1.1\r\n Host: localhost\r\n\r\n" },
        { "empty host", "GET /public/a HTTP/1.1\r\nHost:\r\n\r\n" },
        { "no host", "GET /public/a HTTP/1.1\r\nX: y\r\n\r\n" },
        { "no host on HTTP/1.0", "GET /public/a HTTP/1.0\r\n\r\n" },
        { "two hosts", "GET /public/a HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n" },
        { "host with a path", "GET /public/a HTTP/1.1\r\nHost: localhost/private\r\n\r\n" },
        { "host with a space", "GET /public/a HTTP/1.1\r\nHost: local host\r\n\r\n" },
        { "host with user", "GET /public/a HTTP/1.1\r\nHost: a@localhost\r\n\r\n" },
        { "URL of another host", "GET http://other/public/a HTTP/1.1\r\nHost: localhost\r\n\r\n" },
        { "TRACE", "TRACE /public/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" },
        { "CONNECT", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n" },
        { "method with a slash", "GE/T /public/a HTTP/1.1\r\nHost: localhost\r\n\r\n" },
        { "tabs in the request line", "GET\t/public/a\tHTTP/1.1\r\nHost: localhost\r\n\r\n" },
        { "two spaces in the request line", "GET  /public/a HTTP/1.1\r\nHost: localhost\r\n\r\n" },
        { "HTTP/0.9", "GET /public/a\r\n\r\n" },
        { "150 headers", $"GET /public/a HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Range(0, 150).Select(n => $"X{n}: y\r\n"))}\r\n" },
        { "40 KB of header", $"GET /public/a HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 40_000)}\r\n\r\n" },
        { "9 KB of target", $"GET /public/{new string('x', 9_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Ambiguous))]
    public async Task Ambiguous_message_is_rejected_and_nothing_follows_it(string what, string request)
    {
        var bodies = RecordBodies();

        // A request that is read to its end and kept alive would make the test wait: the end of the connection is asked for.
        var closing = request.Contains(Smuggled, StringComparison.Ordinal) || request.Contains("Connection:", StringComparison.Ordinal)
            ? request
            : request.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal);
        var response = await RawHttp.SendAsync(_parts.Gateway.Address, closing);

        RawHttp.StatusOf(response).ShouldBeInRange(400, 499, $"{what}: {response}");
        RawHttp.StatusesOf(response).Count().ShouldBe(1, $"{what}: {response}");
        bodies.ShouldBeEmpty(what);
    }

    [Theory]
    [InlineData("POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("POST /public/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: CHUNKED\r\n\r\n3;ext=1\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("POST /public/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", "abc")]
    [InlineData("GET /public/a HTTP/1.1\r\nHost: localhost\r\n\r\n", "")]
    public async Task Clear_message_passes_and_the_next_one_on_the_connection_is_judged_on_its_own(string request, string body)
    {
        var bodies = RecordBodies();

        var response = await RawHttp.SendAsync(_parts.Gateway.Address, request + Smuggled);

        RawHttp.StatusesOf(response).ShouldBe([200, 401]);
        bodies.ShouldBe([body]);
    }

    [Theory]
    [InlineData("caf\u00c3\u00a9")]
    [InlineData("tab\tinside")]
    [InlineData("a,b;c=\"d\"")]
    public async Task Header_value_that_is_unusual_but_clear_reaches_the_destination(string value)
    {
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address, $"GET /public/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Note: {value}\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(200, response);
        var expected = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.Latin1.GetBytes(value));
        _parts.Destination.Last.Header("X-Note").ShouldBe(expected);
    }

    [Fact]
    public async Task Header_value_beyond_ascii_comes_back_from_the_destination_byte_for_byte()
    {
        _parts.Destination.Handler = context =>
        {
            context.Response.Headers["X-Note"] = "caf\u00e9 \u98df";
            return Task.CompletedTask;
        };

        var response =
            await RawHttp.SendAsync(_parts.Gateway.Address, "GET /public/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(200, response);
        response.ShouldContain("X-Note: caf\u00c3\u00a9 \u00e9\u00a3\u009f");
    }

    [Fact]
    public async Task Header_value_that_is_not_text_is_the_clients_fault()
    {
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address, "GET /public/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Note: \u00ff\u00fe\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(400, response);
    }

    private List<string> RecordBodies()
    {
        var bodies = new List<string>();
        _parts.Destination.Handler = async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            bodies.Add(await reader.ReadToEndAsync());
            context.Response.StatusCode = StatusCodes.Status200OK;
        };
        return bodies;
    }
}
