using System.Net;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

/// <summary>
/// For any bytes that a destination sends, its client gets one well-formed response, and later requests on the client's connection are
/// authorized on their own. Bytes outside the response reach no client.
/// </summary>
public sealed class HostileAnswerTests(HostileGateway parts) : IClassFixture<HostileGateway>
{
    private const string Secret = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";

    private static readonly string Full = new('x', 70_000);

    public static TheoryData<string, string> Unforwardable => new()
    {
        { "status 000", "HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n" },
        { "status 099", "HTTP/1.1 099 Less\r\nContent-Length: 0\r\n\r\n" },
        { "status 600", "HTTP/1.1 600 More\r\nContent-Length: 0\r\n\r\n" },
        { "status 999", "HTTP/1.1 999 Most\r\nContent-Length: 2\r\n\r\nno" },
        { "status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n" },
        { "status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n" },
        { "negative status", "HTTP/1.1 -20 OK\r\nContent-Length: 0\r\n\r\n" },
        { "another protocol", "ICY 200 OK\r\nContent-Length: 0\r\n\r\n" },
        { "HTTP/2 status line", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n" },
        { "no status line", "secret\r\n\r\n" },
        { "CR in the reason", "HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n" },
        { "NUL in the reason", "HTTP/1.1 404 No\0pe\r\nContent-Length: 2\r\n\r\nok" },
        { "204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\nsecret" },
        { "204 with chunks", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\n0\r\n\r\n" },
        { "205 with a body", "HTTP/1.1 205 Reset Content\r\nContent-Length: 6\r\n\r\nsecret" },
        { "escape in a header", "HTTP/1.1 200 OK\r\nX-A: a\u001b[31m\r\nContent-Length: 0\r\n\r\n" },
        { "control character in Server", "HTTP/1.1 200 OK\r\nServer: a\u0001\r\nContent-Length: 0\r\n\r\n" },
        { "space in a header's name", "HTTP/1.1 200 OK\r\nX A: b\r\nContent-Length: 0\r\n\r\n" },
        { "no colon", "HTTP/1.1 200 OK\r\nX-A\r\nContent-Length: 0\r\n\r\n" },
        { "no header name", "HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 0\r\n\r\n" },
        { "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 0\r\n\r\nsecret" },
        { "list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 0, 6\r\n\r\nsecret" },
        { "negative length", "HTTP/1.1 200 OK\r\nContent-Length: -6\r\n\r\nsecret" },
        { "hexadecimal length", "HTTP/1.1 200 OK\r\nContent-Length: 0x6\r\n\r\nsecret" },
        { "70 KB of header", $"HTTP/1.1 200 OK\r\nX-A: {Full}\r\nContent-Length: 0\r\n\r\n" },
        { "endless 100", string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 4000)) },
        { "endless 102", string.Concat(Enumerable.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 4000)) },
        { "endless 103", string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", 2000)) },
        { "endless 199", string.Concat(Enumerable.Repeat("HTTP/1.1 199 \r\n\r\n", 5000)) },
        { "101 after 100", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n" + Secret },
    };

    public static TheoryData<string, string, int, string> Forwardable => new()
    {
        { "escape in the reason", "HTTP/1.1 200 \u001b[31mOK\r\nContent-Length: 2\r\n\r\nok", 200, "HTTP/1.1 200 OK\r\n" },
        { "reason beyond ASCII", "HTTP/1.1 200 caf\u00c3\u00a9\r\nContent-Length: 2\r\n\r\nok", 200, "HTTP/1.1 200 OK\r\n" },
        { "reason of its own", "HTTP/1.1 404 Nothing here\r\nContent-Length: 2\r\n\r\nok", 404, "HTTP/1.1 404 Nothing here\r\n" },
        { "no reason", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "HTTP/1.1 200 OK\r\n" },
        { "unknown status of a known kind", "HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nok", 299, "HTTP/1.1 299 Odd\r\n" },
        { "hints before the answer", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "HTTP/1.1 200 OK\r\n" },
        { "204", "HTTP/1.1 204 No Content\r\n\r\n", 204, "HTTP/1.1 204 No Content\r\n" },
        { "204 with a length of nothing", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, "HTTP/1.1 204 No Content\r\n" },
        { "204 with more behind", "HTTP/1.1 204 No Content\r\n\r\n" + Secret, 204, "HTTP/1.1 204 No Content\r\n" },
        { "205 in chunks", "HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 205, "HTTP/1.1 205 Reset Content\r\n" },
        { "205 with chunks", "HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\n0\r\n\r\n", 205, "HTTP/1.1 205 Reset Content\r\n" },
        { "205 until the end", "HTTP/1.1 205 Reset Content\r\n\r\nsecret", 205, "HTTP/1.1 205 Reset Content\r\n" },
        { "NUL in a header", "HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n", 200, "HTTP/1.1 200 OK\r\n" },
        { "CR in a header", "HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n", 200, "HTTP/1.1 200 OK\r\n" },
        { "304 with a body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\nsecret", 304, "HTTP/1.1 304 Not Modified\r\n" },
        { "304 with chunks", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\n0\r\n\r\n", 304, "HTTP/1.1 304 Not Modified\r\n" },
        { "two answers in one packet", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + Secret, 200, "HTTP/1.1 200 OK\r\n" },
        { "length with chunks", "HTTP/1.1 200 OK\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + Secret, 200, "HTTP/1.1 200 OK\r\n" },
        { "bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, "HTTP/1.1 200 OK\r\n" },
        { "trailers to HTTP/1.1", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nContent-Length: 6\r\nX-A: secret\r\n\r\n", 200, "HTTP/1.1 200 OK\r\n" },
    };

    [Theory]
    [MemberData(nameof(Unforwardable))]
    public async Task Answer_that_is_no_http_is_a_502_problem(string what, string answer)
    {
        foreach (var route in HostileGateway.Routes)
        {
            parts.Script(_ => answer);

            var response = await parts.SendAsync(route, "");

            RawHttp.StatusesOf(response).ShouldBe([502, 401], $"{what}: {response}");
            response.Split("\"status\":502").Length.ShouldBe(2, $"{what}: {response}");
            response.ShouldNotContain("secret", customMessage: what);
            parts.ShouldHaveSentOneRequest();
        }

        (await GetOverHttp2Async("open")).Status.ShouldBe(502);
        parts.ShouldHaveLoggedNoError();
    }

    [Theory]
    [MemberData(nameof(Forwardable))]
    public async Task Odd_answer_reaches_its_client_alone_and_well_formed(string what, string answer, int status, string statusLine)
    {
        foreach (var route in HostileGateway.Routes)
        {
            parts.Script(_ => answer);

            var response = await parts.SendAsync(route, "");

            RawHttp.StatusesOf(response).ShouldBe([status, 401], $"{what}: {response}");
            response.ShouldStartWith(statusLine, customMessage: what);
            response.ShouldNotContain("secret", customMessage: what);
            response.Replace("\r\n", "", StringComparison.Ordinal).ShouldNotContain('\r', customMessage: what);
            response.ShouldNotContain('\0', customMessage: what);
            parts.ShouldHaveSentOneRequest();
        }

        (await GetOverHttp2Async("open")).Status.ShouldBe(status);
        parts.ShouldHaveLoggedNoError();
    }

    [Fact]
    public async Task Answer_that_nobody_asked_for_is_not_the_answer_to_the_next_request()
    {
        parts.Script(head => head.Contains("/open/first", StringComparison.Ordinal)
            ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + Secret
            : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");

        foreach (var _ in Enumerable.Range(0, 5))
        {
            (await parts.Gateway.Client.GetStringAsync("/open/first")).ShouldBe("ok");
            (await parts.Gateway.Client.GetStringAsync("/open/second")).ShouldBe("next");
        }
    }

    [Theory]
    [InlineData("POST", "Content-Length: 3\r\n", "abc")]
    [InlineData("POST", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("PUT", "Content-Length: 3\r\nExpect: 100-continue\r\n", "abc")]
    public async Task Answer_before_the_request_is_complete_leaves_the_next_request_judged(string method, string lines, string body)
    {
        parts.Script(_ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        parts.Hostile.ClosesAfterAnswer = true;

        var response = await parts.SendAsync("open", lines, method, body);

        RawHttp.StatusesOf(response).Where(status => status >= 200).Last().ShouldBe(401, response);
        parts.ShouldHaveSentOneRequest();
    }

    [Theory]
    [InlineData("X-Secret: secret\r\nConnection: X-Secret\r\n", "secret")]
    [InlineData("X-Secret: secret\r\nConnection: close, x-secret, Content-Language\r\nContent-Language: en\r\n", "Content-Language")]
    public async Task Header_that_the_destination_names_in_connection_goes_no_further(string lines, string absent)
    {
        parts.Script(_ => $"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{lines}\r\nok");

        var response = await parts.SendAsync("open", "");

        RawHttp.StatusesOf(response).ShouldBe([200, 401], response);
        response.ShouldNotContain(absent);
        response.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Destination_cannot_take_out_what_frames_or_keeps_its_answer()
    {
        parts.Script(_ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\nCache-Control: private\r\n"
            + "Connection: Content-Length, Set-Cookie, Cache-Control, Transfer-Encoding, \u00e9\u0001, ,\r\n\r\nok");

        var response = await parts.SendAsync("changed", "");

        RawHttp.StatusesOf(response).ShouldBe([200, 401], response);
        response.ShouldContain("Content-Length: 2\r\n");
        response.ShouldContain("Set-Cookie: a=b\r\n");
        response.ShouldContain("Cache-Control: private\r\n");
    }

    [Fact]
    public async Task Trailers_that_frame_route_or_judge_a_message_are_dropped()
    {
        foreach (var route in HostileGateway.Routes)
        {
            parts.Script(_ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
                + "X-Checksum: 7\r\nContent-Length: 6\r\nContent_Length: 6\r\nTransfer_Encoding: gzip\r\nSet_Cookie: a=b\r\nHost: evil\r\n"
                + "Access-Control-Allow-Origin: *\r\nX-Auth-Subject: admin\r\nLocation: /evil\r\nStrict-Transport-Security: " +
                    "max-age=0\r\n\r\n");

            var (_, trailers) = await GetOverHttp2Async(route);

            trailers.ShouldBe(["x-checksum"], route);
        }
    }

    [Fact]
    public async Task Location_comes_back_byte_for_byte()
    {
        parts.Script(_ => "HTTP/1.1 302 Found\r\nLocation: /\u00e4\u00b8\u00ad\r\nContent-Length: 0\r\n\r\n");

        var response = await parts.SendAsync("open", "");

        response.ShouldContain("Location: /\u00e4\u00b8\u00ad\r\n");
    }

    private async Task<(int Status, IReadOnlyList<string> Trailers)> GetOverHttp2Async(string route)
    {
        using var client = parts.Gateway.CreateClient(HttpVersion.Version20);
        using var request = TestGateway.Request(HttpMethod.Get, $"/{route}/a", parts.Issuer.Token().Build());
        (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
        using var response = await client.SendAsync(request);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("secret");
        return ((int)response.StatusCode, [.. response.TrailingHeaders.NonValidated.Select(trailer => trailer.Key)]);
    }
}
