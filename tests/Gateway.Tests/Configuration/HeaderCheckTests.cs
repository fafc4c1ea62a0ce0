namespace Gateway.Tests.Configuration;

public sealed class HeaderCheckTests
{
    [Theory]
    [InlineData("""{ "X-User": "sub", "x_user": "iss" }""", "x_user", "some destinations cannot tell this header from X-User.")]
    [InlineData("""{ "X-User": "sub", "X.User": "iss" }""", "X.User", "some destinations cannot tell this header from X-User.")]
    [InlineData("""{ "X User": "sub" }""", "X User", "this is not a header name.")]
    [InlineData("""{ "X-Us\u00e9r": "sub" }""", "X-Us\u00e9r", "this is not a header name.")]
    [InlineData("""{ "Authorization": "sub" }""", "Authorization", "HTTP or proxies use this header for another purpose.")]
    [InlineData("""{ "host": "sub" }""", "host", "HTTP or proxies use this header for another purpose.")]
    [InlineData("""{ "X_Forwarded_For": "sub" }""", "X_Forwarded_For", "HTTP or proxies use this header for another purpose.")]
    [InlineData("""{ "X-User": "" }""", "X-User", "this is not a claim path.")]
    [InlineData("""{ "X-User": "a..b" }""", "X-User", "this is not a claim path.")]
    [InlineData("""{ "X-User": ["sub"] }""", "X-User", "this must be text, not an object or list.")]
    [InlineData("""{ "X-User": null }""", "X-User", "this is empty.")]
    public async Task Identity_header_that_somebody_could_forge_is_an_error(string headers, string name, string problem)
    {
        var errors = await ErrorsWithAsync($$"""
            "Identity": { "Headers": {{headers}} }
            """);

        var error = errors.ShouldHaveSingleItem();
        error.Problem.ShouldBe(problem);
        error.Path.ShouldBe("Gateway:Identity:Headers:" + name);
    }

    [Theory]
    [InlineData("X-Token")]
    [InlineData("x_token")]
    public async Task Header_that_carries_the_token_carries_no_identity(string name)
    {
        var errors = await ErrorsWithAsync($$"""
            "TokenSources": [{ "Header": "X-Token" }], "Identity": { "Headers": { "{{name}}": "sub" } }
            """);

        errors.ShouldHaveSingleItem().Problem.ShouldBe("some destinations cannot tell this header from X-Token.");
    }

    [Theory]
    [InlineData("X-Auth-Subject", "some destinations cannot tell this header from X-Auth-Subject.")]
    [InlineData("x.auth.roles", "some destinations cannot tell this header from X-Auth-Roles.")]
    [InlineData("Cookie", "HTTP or proxies use this header for another purpose.")]
    [InlineData("", "this is not a header name.")]
    public async Task Payload_header_has_a_name_of_its_own(string name, string problem)
    {
        var errors = await ErrorsWithAsync($$"""
            "Identity": { "Payload": { "Header": "{{name}}" } }
            """);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:Identity:Payload:Header");
        error.Problem.ShouldBe(problem);
    }

    [Theory]
    [InlineData("""[{ "WebSocketProtocol": "bearer", "Query": "token" }]""", 0, "the source does not name exactly one place.")]
    [InlineData(
        """[{ "WebSocketProtocol": "a, b" }]""", 0, "a subprotocol source needs a name without spaces or separators, and no Scheme.")]
    [InlineData(
        """[{ "WebSocketProtocol": "bearer", "Scheme": "Bearer" }]""", 0,
        "a subprotocol source needs a name without spaces or separators, and no Scheme.")]
    [InlineData("""[{ "Query": "a&b" }]""", 0, "a query parameter source needs a name without spaces or separators, and no Scheme.")]
    [InlineData("""[{ "Query": "a%20b" }]""", 0, "a query parameter source needs a name without spaces or separators, and no Scheme.")]
    [InlineData(
        """[{ "Query": "token" }, { "Query": "TOKEN" }]""", 1, "an earlier source reads the same place, so this one has no effect.")]
    [InlineData(
        """[{ "WebSocketProtocol": "bearer" }, { "WebSocketProtocol": "bearer" }]""", 1,
        "an earlier source reads the same place, so this one has no effect.")]
    [InlineData("""[{ "Scheme": "Bearer" }]""", 0, "the source does not name exactly one place.")]
    [InlineData("""[{ "Header": "X-Token", "Cookie": "token" }]""", 0, "the source does not name exactly one place.")]
    [InlineData("""[{ "Cookie": "a b" }]""", 0, "a cookie source needs a name without spaces or separators, and no Scheme.")]
    [InlineData(
        """[{ "Cookie": "token", "Scheme": "Bearer" }]""", 0, "a cookie source needs a name without spaces or separators, and no Scheme.")]
    [InlineData("""[{ "Header": "X Token" }]""", 0, "the header name or the scheme is invalid.")]
    [InlineData("""[{ "Header": "X-Token", "Scheme": "a b" }]""", 0, "the header name or the scheme is invalid.")]
    [InlineData("""[{ "Header": "Cookie" }]""", 0, "HTTP or proxies use this header for another purpose.")]
    [InlineData("""[{ "Header": "X-Forwarded-Token" }]""", 0, "HTTP or proxies use this header for another purpose.")]
    [InlineData(
        """[{ "Header": "X-Token" }, { "Header": "x-token" }]""", 1, "an earlier source reads the same place, so this one has no effect.")]
    [InlineData(
        """[{ "Header": "X-Token" }, { "Header": "X-Token", "Scheme": "Bearer" }]""", 1,
        "an earlier source reads the same place, so this one has no effect.")]
    [InlineData(
        """[{ "Header": "X-Token", "Scheme": "Bearer" }, { "Header": "X-Token" }]""", 1,
        "an earlier source reads the same place, so this one has no effect.")]
    [InlineData(
        """[{ "Header": "X-Token", "Scheme": "Bearer" }, { "Header": "X-Token", "Scheme": "bearer" }]""", 1,
        "an earlier source reads the same place, so this one has no effect.")]
    [InlineData(
        """[{ "Cookie": "token" }, { "Cookie": "token" }]""", 1, "an earlier source reads the same place, so this one has no effect.")]
    [InlineData(
        """[{ "Header": "X-Token" }, { "Header": "X_Token" }]""", 1,
        "some destinations cannot tell this header from X-Token, so the gateway removes it before it reads tokens.")]
    public async Task Token_source_that_cannot_be_read_in_one_way_is_an_error(string sources, int index, string problem)
    {
        var errors = await ErrorsWithAsync($"\"TokenSources\": {sources}");

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe($"Gateway:TokenSources:{index}");
        error.Problem.ShouldBe(problem);
    }

    [Theory]
    [InlineData(
        """{ "Name": "workload", "Header": "X-A" }, { "Name": "WORKLOAD", "Header": "X-B" }""", ":2:Name",
        "an earlier source has this name.")]
    [InlineData(
        """{ "Name": "other", "Header": "X-A" }, { "Name": "workload", "Header": "X-B" }""", ":1:Name", "no policy reads this source.")]
    [InlineData(
        """{ "Name": "workload", "Header": "Authorization", "Scheme": "Workload" }""", ":1", "another token source reads this header.")]
    [InlineData("""{ "Name": "workload", "Header": "X-A" }, { "Header": "x-a" }""", ":2", "another token source reads this header.")]
    [InlineData(
        """{ "Name": "workload", "Header": "X-A" }, { "Header": "X_A" }""", ":2",
        "some destinations cannot tell this header from X-A, so the gateway removes it before it reads tokens.")]
    [InlineData(
        """{ "Cookie": "a" }, { "Name": "workload", "Cookie": "a" }""", ":2",
        "an earlier source reads the same place, so this one has no effect.")]
    [InlineData(
        """{ "Name": "workload", "Query": "a" }, { "Query": "A" }""", ":2",
        "an earlier source reads the same place, so this one has no effect.")]
    [InlineData(
        """{ "Name": "work load", "Header": "X-A" }, { "Name": "workload", "Header": "X-B" }""", ":1:Name",
        "this is not a valid name for a token source.")]
    [InlineData("""{ "Name": "workload" }""", ":1", "the source does not name exactly one place.")]
    public async Task Token_source_with_a_name_that_means_nothing_or_two_things_is_an_error(string sources, string path, string problem)
    {
        var more = sources.Contains("work load", StringComparison.Ordinal) ? """ "spaced": { "TokenSource": "work load" },""" : "";
        var errors = await CheckedConfiguration.ErrorsWithAsync("\"Policies\": {", $$"""
            "TokenSources": [{ "Header": "Authorization", "Scheme": "Bearer" }, {{sources}}], "Policies": { {{more}} "job": { "TokenSource": "workload" },
            """);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:TokenSources" + path);
        error.Problem.ShouldBe(problem);
    }

    [Fact]
    public async Task Token_sources_that_all_have_a_name_are_an_error()
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync("\"Policies\": {", """
            "TokenSources": [{ "Name": "workload", "Header": "X-Token" }], "Policies": { "job": { "TokenSource": "workload" },
            """);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:TokenSources");
        error.Problem.ShouldBe("each source has a Name, so policies without TokenSource, and /admin, could read no token.");
    }

    [Fact]
    public async Task One_header_may_carry_several_schemes_and_cookies_differ_by_case()
    {
        var errors = await ErrorsWithAsync(
            """
            "TokenSources": [{ "Header": "Authorization", "Scheme": "Bearer" }, { "Header": "Authorization", "Scheme": "Token" },
                             { "Header": "X-Token" }, { "Cookie": "token" }, { "Cookie": "Token" }]
            """);

        errors.ShouldBeEmpty();
    }

    private static Task<IReadOnlyList<Gateway.Settings.ConfigurationError>> ErrorsWithAsync(string settings) =>
        CheckedConfiguration.ErrorsWithAsync("\"Policies\": {", $"{settings.Trim()}, \"Policies\": {{");
}
