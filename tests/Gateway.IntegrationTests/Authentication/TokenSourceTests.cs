using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Authentication;

/// <summary>A gateway that reads <c>Authorization</c> with two schemes, a header of its own, and a cookie.</summary>
public sealed class TokenSourceGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .With("Gateway:TokenSources", """
            [{ "Header": "Authorization", "Scheme": "Bearer" }, { "Header": "Authorization", "Scheme": "JWT" },
             { "Header": "X-Access-Token" }, { "Cookie": "access_token" }]
            """)
        .WithPolicy("keeping", """{ "ForwardToken": true }""");
}

public sealed class TokenSourceTests : IClassFixture<TokenSourceGateway>
{
    private readonly StandardGateway _parts;
    private readonly string _token;

    public TokenSourceTests(TokenSourceGateway parts)
    {
        _parts = parts;
        _parts.Reset();
        _token = _parts.Issuer.Token().Build();
    }

    [Theory]
    [InlineData("Authorization", "Bearer {0}")]
    [InlineData("Authorization", "bearer {0}")]
    [InlineData("Authorization", "BEARER   {0}")]
    [InlineData("Authorization", "JWT {0}")]
    [InlineData("authorization", "Bearer {0}")]
    [InlineData("X-Access-Token", "{0}")]
    [InlineData("x-access-token", "{0}")]
    [InlineData("Cookie", "access_token={0}")]
    [InlineData("Cookie", "theme=dark; access_token={0}; lang=en")]
    [InlineData("Cookie", "access_token=\"{0}\"")]
    public async Task Token_is_read_from_its_source_and_taken_out(string header, string value)
    {
        using var response = await SendAsync("/private/orders", (header, string.Format(null, value, _token)));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        Destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        ReceivedText().ShouldNotContain(_token);
    }

    [Fact]
    public async Task Other_cookies_reach_the_destination_without_the_one_that_held_the_token()
    {
        using var response =
            await SendAsync("/private/orders", ("Cookie", $"theme=dark; access_token={_token}; lang=en; access_token_hint=x"));

        Destination.Last.Header("Cookie").ShouldBe("theme=dark; lang=en; access_token_hint=x");
    }

    [Fact]
    public async Task Cookie_header_with_nothing_but_the_token_is_not_forwarded()
    {
        using var response = await SendAsync("/private/orders", ("Cookie", $"access_token={_token}"));

        Destination.Last.Header("Cookie").ShouldBeNull();
    }

    public static TheoryData<string[]> TwoTokens =>
    [
        (string[])["Authorization: Bearer {0}", "Authorization: Bearer {0}"],
        (string[])["Authorization: Bearer {0}", "Authorization: Basic YTpi"],
        (string[])["Authorization: Bearer {0}, Bearer {0}"],
        (string[])["Authorization: Bearer {0},{0}"],
        (string[])["Authorization: Bearer {0}", "X-Access-Token: {0}"],
        (string[])["Authorization: Bearer {0}", "Cookie: access_token={0}"],
        (string[])["Authorization: Bearer bad", "Cookie: access_token={0}"],
        (string[])["X-Access-Token: {0}", "Cookie: access_token={0}"],
        (string[])["X-Access-Token: {0}", "X-Access-Token: {0}"],
        (string[])["Cookie: access_token={0}; access_token={0}"],
        (string[])["Cookie: access_token={0}", "Cookie: access_token={0}"],
        (string[])["Cookie: access_token={0}; a=b", "Cookie: c=d; access_token=other"],
    ];

    [Theory]
    [MemberData(nameof(TwoTokens))]
    public async Task Two_tokens_are_a_bad_request(string[] headers)
    {
        var lines = string.Join("\r\n", headers.Select(header => string.Format(null, header, _token)));
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address, $"GET /private/orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(400);
        response.ShouldContain("WWW-Authenticate: Bearer error=\"invalid_request\"");
        Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Authorization", "Basic YWxhZGRpbjpvcGVuc2VzYW1l")]
    [InlineData("Authorization", "{0}")]
    [InlineData("Authorization", "BearerJWT {0}")]
    [InlineData("Cookie", "Access_Token={0}")]
    [InlineData("Cookie", "theme=dark")]
    [InlineData("X-Access-Tokens", "{0}")]
    [InlineData("Proxy-Authorization", "Bearer {0}")]
    public async Task What_is_no_source_counts_as_no_token(string header, string value)
    {
        using var response = await SendAsync("/private/orders", (header, string.Format(null, value, _token)));

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Raw("WWW-Authenticate").ShouldBe("Bearer");
        Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Authorization", "Bearer")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "Bearer\ta.b.c")]
    [InlineData("Authorization", "Bearer,a.b.c")]
    [InlineData("Cookie", "access_token=")]
    [InlineData("Cookie", "access_token=a=b")]
    public async Task Empty_or_broken_token_is_malformed(string header, string value)
    {
        using var response = await SendAsync("/private/orders", (header, value));

        var problem = await response.ShouldBeProblemAsync(401);
        problem["reason"]!.GetValue<string>().ShouldBe("malformed");
        Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("token")]
    [InlineData("authorization")]
    public async Task Token_in_the_query_is_ignored(string parameter)
    {
        using var response = await SendAsync($"/private/orders?{parameter}={_token}");

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Raw("WWW-Authenticate").ShouldBe("Bearer");
        Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Authorization", "Bearer {0}")]
    [InlineData("X-Access-Token", "{0}")]
    [InlineData("Cookie", "theme=dark; access_token={0}")]
    public async Task Policy_with_ForwardToken_sends_the_token_on_as_it_came(string header, string value)
    {
        var sent = string.Format(null, value, _token);
        using var response = await SendAsync("/keeping/orders", (header, sent));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        Destination.Last.Header(header).ShouldBe(sent);
        Destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
    }

    [Theory]
    [InlineData("Authorization", "Bearer {0}")]
    [InlineData("Authorization", "Basic {0}")]
    [InlineData("X-Access-Token", "{0}")]
    [InlineData("Cookie", "theme=dark; access_token={0}")]
    public async Task Public_route_sends_the_credentials_of_the_client_on_as_they_came(string header, string value)
    {
        var sent = string.Format(null, value, _token);
        using var response = await SendAsync("/public/page", (header, sent), ("X-Auth-Subject", "eve"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        Destination.Last.Header(header).ShouldBe(sent);
        Destination.Last.Header("X-Auth-Subject").ShouldBeNull();
    }

    [Theory]
    [InlineData("X_Access_Token")]
    [InlineData("X.Access.Token")]
    [InlineData("x-access_token")]
    public async Task Alias_of_a_token_header_is_neither_read_nor_forwarded(string alias)
    {
        using var rejected = await SendAsync("/private/orders", (alias, _token));
        using var passed = await SendAsync("/private/orders", (alias, "alias-value"), ("X-Access-Token", _token));

        rejected.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        passed.StatusCode.ShouldBe(HttpStatusCode.OK);
        ReceivedText().ShouldNotContain("alias-value");
    }

    [Fact]
    public async Task Connection_option_cannot_take_the_token_away_and_let_the_request_through()
    {
        using var response =
            await SendAsync("/private/orders", ("Connection", "X-Access-Token, Cookie, Authorization"), ("X-Access-Token", "bad"));

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        Destination.Received.ShouldBeEmpty();
    }

    private RecordingDestination Destination => _parts.Destination;

    private string ReceivedText() => string.Join(
        '\n',
        Destination.Received.SelectMany(request => request.Headers).Select(header => $"{header.Key}: {string.Join(" | ", header.Value)}"));

    private async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = TestGateway.Request(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        return await _parts.Gateway.Client.SendAsync(request);
    }
}
