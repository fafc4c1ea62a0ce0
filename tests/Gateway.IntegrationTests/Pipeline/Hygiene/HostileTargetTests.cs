using System.Net;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>
/// The path that was checked is the path that is forwarded, for targets made to mean one thing to the gateway and another to a
/// destination. The destination is judged as its most lenient self: it decodes twice and normalizes everything.
/// </summary>
public sealed class HostileTargetTests : IClassFixture<StandardGateway>
{
    private readonly StandardGateway _parts;

    public HostileTargetTests(StandardGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    public static TheoryData<string> Targets => [.. HostileTargets.Known];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Target_never_leads_to_a_protected_path_without_a_token(string target)
    {
        var response = await SendAsync(target);

        RawHttp.StatusOf(response).ShouldBeInRange(200, 499, response);
        ShouldNotHaveReachedPrivate();
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Target_over_http2_never_leads_to_a_protected_path_without_a_token(string target)
    {
        // HTTP/2 has no request line to break: what HTTP/1.1 cannot even carry must fare the same here. 0 is a reset stream.
        var status = await RawHttp2.SendAsync(_parts.Gateway.Http2Address, target, []);

        status.ShouldBeOneOf(0, 200, 400, 401, 404);
        ShouldNotHaveReachedPrivate();
    }

    [Theory]
    [InlineData("/private/a", "/private/a")]
    [InlineData("/private/a%20b", "/private/a%20b")]
    [InlineData("/private/%61", "/private/%61")]
    [InlineData("/private/{a}|[b]^`c", "/private/{a}|[b]^`c")]
    [InlineData("/private/a?q={a}&x=%&r=\"<a>\"&s=a\\b|`^[]%zz%41", "/private/a?q={a}&x=%&r=\"<a>\"&s=a\\b|`^[]%zz%41")]
    [InlineData("/private/a?", "/private/a?")]
    [InlineData("/private/x/../y%41?q={a}", "/private/yA?q={a}")]
    [InlineData("http://localhost/private/%41?q={a}", "/private/%41?q={a}")]
    [InlineData("/private/a%25b", "/private/a%25b")]
    [InlineData("/private/100%25", "/private/100%25")]
    [InlineData("/private/%25zz", "/private/%25zz")]
    [InlineData("/private/caf%C3%A9", "/private/caf%C3%A9")]
    [InlineData("/private/x/../y", "/private/y")]
    [InlineData("/private/x/.", "/private/x/")]
    [InlineData("/private/b=c,d:e@f!g$h&i'j(k)l*m+n=o~p", "/private/b=c,d:e@f!g$h&i'j(k)l*m+n=o~p")]
    [InlineData("/private/a%3Fb", "/private/a%3Fb")]
    [InlineData("/private/a%23b", "/private/a%23b")]
    [InlineData("/private/a?b=%2f..%2f&c=//d&e=%00", "/private/a?b=%2f..%2f&c=//d&e=%00")]
    [InlineData("http://localhost/private/a?b", "/private/a?b")]
    public async Task Accepted_target_arrives_as_one_path(string target, string expected)
    {
        var response = await SendAsync(target, _parts.Issuer.Token().Build());

        RawHttp.StatusOf(response).ShouldBe(200, response);
        _parts.Destination.Last.Target.ShouldBe(expected);
    }

    [Theory]
    [InlineData("/private/%2541")]
    [InlineData("/private/%25C3%25A9")]
    public async Task Text_that_looks_encoded_twice_is_not_decoded_twice(string target)
    {
        var response = await SendAsync(target, _parts.Issuer.Token().Build());

        RawHttp.StatusOf(response).ShouldBe(200, response);
        _parts.Destination.Last.Target.ShouldBe(target);
    }

    [Theory]
    [InlineData("/private/a/../b")]
    [InlineData("/private/%61")]
    [InlineData("/public/..%2fprivate/secret")]
    [InlineData("/public/%252e%252e/private")]
    [InlineData("//private/secret")]
    public async Task Uncanonicalized_target_of_an_http2_client_is_judged_as_over_http1(string target)
    {
        var token = _parts.Issuer.Token().Build();
        using var client = _parts.Gateway.CreateClient(HttpVersion.Version20);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(_parts.Gateway.Http2Address + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");

        using var http2 = await client.SendAsync(request);
        var http1 = await SendAsync(target, token);

        ((int)http2.StatusCode).ShouldBe(RawHttp.StatusOf(http1));
        _parts.Destination.Received.Select(received => received.Target).Distinct().Count().ShouldBeLessThanOrEqualTo(1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("eyJhbGciOiJub25lIn0.e30.x")]
    public async Task No_generated_target_leads_to_a_protected_path_without_a_valid_token(string? token)
    {
        foreach (var target in HostileTargets.Generate())
        {
            var response = await SendAsync(target, token);
            RawHttp.StatusOf(response).ShouldBeInRange(200, 499, target);
        }

        ShouldNotHaveReachedPrivate();
        _parts.Destination.Received.ShouldNotBeEmpty();
    }

    private Task<string> SendAsync(string target, string? token = null) => RawHttp.SendAsync(
        _parts.Gateway.Address,
        $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: " +
            $"close\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}\r\n");

    private void ShouldNotHaveReachedPrivate() => _parts.Destination.Received
        .Select(request => request.Target)
        .Where(target => LenientTarget.Read(target).StartsWith("/private", StringComparison.OrdinalIgnoreCase))
        .ShouldBeEmpty();
}
