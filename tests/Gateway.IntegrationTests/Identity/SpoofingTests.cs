using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Identity;

/// <summary>A gateway that sends every kind of identity header, and a second one that rejects aliases.</summary>
public sealed class SpoofingGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .With("Gateway:Identity:Payload:Header", JsonValue.Create("X-Auth-Payload"))
        .WithPolicy("trial", """{ "Mode": "Report", "Scopes": { "All": ["orders:admin"] } }""")
        .WithPolicy("keeping", """{ "ForwardToken": true }""");
}

/// <summary>No header that a destination could take for the gateway's reaches it from a client, whatever the route and the token.</summary>
public sealed class SpoofingTests : IClassFixture<SpoofingGateway>
{
    private const string Evil = "evil";

    // RFC 9110 section 5.6.2: every character but letters and digits that a field name may have.
    private const string Separators = "!#$%&'*+-.^_`|~";

    internal static readonly string[] IdentityHeaders =
        ["X-Auth-Subject", "X-Auth-Issuer", "X-Auth-Client", "X-Auth-Scopes", "X-Auth-Roles", "X-Auth-Payload", "X-Auth-Assertion"];

    private static readonly string[] ProxyHeaders =
    [
        "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Forwarded-User", "X_Forwarded_Prefix",
        "Forwarded",
        "X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "X_Original_URL", "X-Original-Host", "X-HTTP-Method", "X-HTTP-Method-Override",
        "X-Method-Override", "X.HTTP.Method.Override",
    ];

    private readonly StandardGateway _parts;

    public SpoofingTests(SpoofingGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    public static TheoryData<string, bool, string> Requests
    {
        get
        {
            var data = new TheoryData<string, bool, string>();
            foreach (var path in (string[])["/public/a", "/private/a", "/trial/a", "/keeping/a", "/nowhere/a"])
            {
                foreach (var version in (string[])["1.1", "2.0"])
                {
                    data.Add(path, true, version);
                    data.Add(path, false, version);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task No_spelling_of_an_identity_header_gets_through(string path, bool hasToken, string version)
    {
        foreach (var name in IdentityHeaders)
        {
            using var response = await SendAsync(path, hasToken, version, [.. Spellings(name)]);
        }

        ShouldHaveReceivedNothingEvil();
        Destination.Received.Count.ShouldBe(path == "/nowhere/a"
            || (!hasToken && path is ("/private/a" or "/keeping/a")) ? 0 : IdentityHeaders.Length);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Nothing_a_proxy_could_say_gets_through(string path, bool hasToken, string version)
    {
        using var response = await SendAsync(path, hasToken, version, ProxyHeaders);

        ShouldHaveReceivedNothingEvil();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Our_values_arrive_exactly_once_whatever_the_client_sent(string version)
    {
        using var response = await SendAsync("/private/a", true, version, IdentityHeaders);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        Destination.Last.Headers["X-Auth-Subject"].ShouldBe(["alice"]);
        Destination.Last.Headers["X-Auth-Issuer"].ShouldBe([_parts.Issuer.Issuer]);
        Destination.Last.Headers["X-Auth-Client"].ShouldBe(["shop-web"]);
        Destination.Last.Headers["X-Auth-Scopes"].ShouldBe(["orders:read"]);
        Destination.Last.Headers["X-Auth-Payload"].Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Absent_claim_is_an_absent_header_even_if_the_client_sent_it(string version)
    {
        using var response = await SendAsync("/private/a", true, version, ["X-Auth-Roles", "x_auth_roles"]);

        Destination.Last.Header("X-Auth-Roles").ShouldBeNull();
    }

    [Theory]
    [InlineData("/private/a", true)]
    [InlineData("/public/a", false)]
    [InlineData("/trial/a", false)]
    public async Task Connection_option_neither_removes_our_header_nor_saves_theirs(string path, bool hasToken)
    {
        using var request = Request(path, hasToken, ["X-Auth-Subject", "X-Auth-Roles", "X_Auth_Subject"]);
        request.Headers.TryAddWithoutValidation("Connection", "X-Auth-Subject, x-auth-roles, X-Auth-Issuer, close");

        using var response = await _parts.Gateway.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        ShouldHaveReceivedNothingEvil();
        Destination.Last.Header("X-Auth-Subject").ShouldBe(hasToken ? "alice" : null);
        Destination.Last.Header("X-Auth-Issuer").ShouldBe(hasToken ? _parts.Issuer.Issuer : null);
        Destination.Last.Header("Connection").ShouldBeNull();
    }

    [Theory]
    [InlineData("/public/a")]
    [InlineData("/private/a")]
    public async Task Repeated_header_lines_do_not_get_through(string path)
    {
        var lines = string.Concat(Enumerable.Repeat($"X-Auth-Subject: {Evil}\r\nx-auth-subject: {Evil}\r\nX_Auth_Subject:{Evil}\r\n", 5));
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address,
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}Authorization: Bearer " +
                $"{_parts.Issuer.Token().Build()}\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(200);
        ShouldHaveReceivedNothingEvil();
    }

    [Theory]
    [InlineData("/public/a")]
    [InlineData("/private/a")]
    public async Task Trailers_of_a_chunked_request_do_not_get_through(string path)
    {
        RecordTrailers();
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address,
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTrailer: X-Auth-Subject\r\nTransfer-Encoding: chunked\r\n"
            + $"Authorization: Bearer {_parts.Issuer.Token().Build()}\r\n\r\n3\r\nabc\r\n0\r\nX-Auth-Subject: {Evil}\r\nX_Auth_Roles: " +
                $"{Evil}\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(200);
        response.ShouldContain("body=abc trailers=;");
        ShouldHaveReceivedNothingEvil();
    }

    [Theory]
    [InlineData("/public/a")]
    [InlineData("/private/a")]
    public async Task Trailers_of_an_http2_request_do_not_get_through(string path)
    {
        var seen = RecordTrailers();
        var status = await RawHttp2.SendAsync(
            _parts.Gateway.Http2Address, path, [("authorization", $"Bearer {_parts.Issuer.Token().Build()}")], "abc",
            [("x-auth-subject", Evil), ("x_auth_roles", Evil)], "POST");

        status.ShouldBe(200);
        seen().ShouldBe("body=abc trailers=;");
        ShouldHaveReceivedNothingEvil();
    }

    [Fact]
    public async Task Rejected_aliases_are_a_bad_request_and_our_own_spelling_is_still_only_removed()
    {
        await using var parts = await StandardGateway.StartAsync(
            configuration => configuration.With("Gateway:Identity:Aliases", JsonValue.Create("Reject")));
        foreach (var separator in Separators.Where(separator => separator != '-'))
        {
            using var request = TestGateway.Request(HttpMethod.Get, "/public/a");
            request.Headers.TryAddWithoutValidation("X-Auth-Subject".Replace('-', separator), Evil).ShouldBeTrue();
            using var rejected = await parts.Gateway.Client.SendAsync(request);
            await rejected.ShouldBeProblemAsync(400);
        }

        parts.Destination.Received.ShouldBeEmpty();
        using var exact = TestGateway.Request(HttpMethod.Get, "/public/a");
        exact.Headers.Add("x-auth-SUBJECT", Evil);
        using var passed = await parts.Gateway.Client.SendAsync(exact);
        passed.StatusCode.ShouldBe(HttpStatusCode.OK);
        parts.Destination.Last.Header("X-Auth-Subject").ShouldBeNull();
    }

    [Fact]
    public async Task Removed_identity_headers_are_counted_and_named_nowhere()
    {
        using var metrics = new MetricCapture(_parts.Gateway, "gateway.identity.stripped_headers");

        using var response = await SendAsync("/public/a", false, "1.1", ["X-Auth-Subject", "x_auth_roles", "X-Forwarded-For"]);

        metrics.Measurements.ShouldBe(["2 "]);
        string.Join('\n', _parts.Gateway.Logs.Lines).ShouldNotContain(Evil);
    }

    private RecordingDestination Destination => _parts.Destination;

    internal static IEnumerable<string> Spellings(string name) =>
        Separators.Select(separator => name.Replace('-', separator))
            .Concat(Separators.Select(separator => $"{name[..name.LastIndexOf('-')]}{separator}{name[(name.LastIndexOf('-') + 1)..]}"))
            .Concat([name.ToLowerInvariant(), name.ToUpperInvariant(), name.ToUpperInvariant().Replace('-', '_')])
            .Distinct();

    private HttpRequestMessage Request(string path, bool hasToken, string[] names)
    {
        var request = TestGateway.Request(HttpMethod.Get, path, hasToken ? _parts.Issuer.Token().Build() : null);
        foreach (var name in names)
        {
            request.Headers.TryAddWithoutValidation(name, Evil).ShouldBeTrue(name);
            request.Headers.TryAddWithoutValidation(name, Evil + "2").ShouldBeTrue(name);
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(string path, bool hasToken, string version, string[] names)
    {
        using var client = _parts.Gateway.CreateClient(Version.Parse(version));
        using var request = Request(path, hasToken, names);
        (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
        return await client.SendAsync(request);
    }

    private Func<string> RecordTrailers()
    {
        var seen = "";
        Destination.Handler = async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            var trailers = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestTrailersFeature>()!.Trailers;
            seen = $"body={body} trailers={string.Join(',', trailers.Keys)};";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, seen);
        };
        return () => seen;
    }

    private void ShouldHaveReceivedNothingEvil() =>
        Destination.Received.SelectMany(request => request.Headers)
            .Where(header => header.Value.Any(value => value.Contains(Evil, StringComparison.Ordinal)))
            .Select(header => header.Key)
            .ShouldBeEmpty();
}
