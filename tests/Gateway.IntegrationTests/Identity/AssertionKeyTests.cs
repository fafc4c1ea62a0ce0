using System.Net;
using System.Text.Json.Nodes;
using Gateway.Settings;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Identity;

/// <summary>The published keys, and their file while it changes.</summary>
public sealed class AssertionKeyTests : IAsyncLifetime
{
    private readonly SigningKey _old = SigningKey.Ec("old");
    private readonly SigningKey _new = SigningKey.Ec("new");
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        var configuration = AssertionGateway.Configure(TestGateway.Configuration(_issuer, _destination), _destination.Address)
            .With("ReverseProxy:Routes:everything", TestGateway.Route("Anonymous", "/{**rest}"));
        _gateway = await TestGateway.StartAsync(
            configuration, files: new Dictionary<string, string> { ["assertion.jwks"] = SigningKey.PrivateSet(_old) });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
        _old.Dispose();
        _new.Dispose();
    }

    private string KeyFile => Path.Combine(Path.GetDirectoryName(_gateway.ConfigFile)!, "assertion.jwks");

    [Fact]
    public async Task Public_keys_need_no_token_and_may_be_cached()
    {
        using var response = await _gateway.GetAsync(AssertionGateway.Jwks);
        var body = await response.Content.ReadAsStringAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Raw("Content-Type").ShouldBe("application/json");
        response.Raw("Cache-Control").ShouldBe("public, max-age=300");
        var key = JsonNode.Parse(body)!["keys"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
        key.Select(member => member.Key).Order().ShouldBe(["alg", "crv", "kid", "kty", "use", "x", "y"]);
        body.ShouldNotContain((string)_old.ToPrivateJwk()["d"]!);

        using var head = await _gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, AssertionGateway.Jwks));
        head.Content.Headers.ContentLength.ShouldBe(body.Length);
        _destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{0}", 304)]
    [InlineData("W/{0}", 304)]
    [InlineData("\"other\", {0}", 304)]
    [InlineData("*", 304)]
    [InlineData("\"other\"", 200)]
    [InlineData("no tag", 200)]
    public async Task Known_keys_are_not_sent_again(string condition, int status)
    {
        using var first = await _gateway.GetAsync(AssertionGateway.Jwks);
        var tag = first.Raw("ETag")!;
        using var request = new HttpRequestMessage(HttpMethod.Get, AssertionGateway.Jwks);
        request.Headers.TryAddWithoutValidation("If-None-Match", condition.Replace("{0}", tag, StringComparison.Ordinal));
        using var response = await _gateway.Client.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(status);
        response.Raw("ETag").ShouldBe(tag);
    }

    [Fact]
    public async Task Nothing_else_can_be_done_there_and_paths_beside_it_belong_to_the_routes()
    {
        using var post = await _gateway.Client.PostAsync(AssertionGateway.Jwks, new StringContent("{}"));
        await post.ShouldBeProblemAsync(405);
        post.Raw("Allow").ShouldBe("GET, HEAD");
        _destination.Received.ShouldBeEmpty();

        foreach (var path in new[] { $"{AssertionGateway.Jwks}/x", "/.well-known/openid-configuration", "/jwks.json" })
        {
            using var response = await _gateway.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            _destination.Last.Target.ShouldBe(path);
        }
    }

    [Fact]
    public async Task Rotated_keys_are_followed_and_what_the_old_key_signed_is_used_no_more()
    {
        var token = _issuer.Token().Build();
        (await KeyOfAsync(token)).ShouldBe("old");

        await File.WriteAllTextAsync(KeyFile, SigningKey.PrivateSet(_old, _new));
        await Eventually.TrueAsync(async () => (await PublishedAsync()).SequenceEqual(["old", "new"]), "both keys are published");
        (await KeyOfAsync(token)).ShouldBe("old");

        await File.WriteAllTextAsync(KeyFile, SigningKey.PrivateSet(_new, _old));
        await Eventually.TrueAsync(async () => await KeyOfAsync(token) == "new", "the new key signs");

        await File.WriteAllTextAsync(KeyFile, SigningKey.PrivateSet(_new));
        await Eventually.TrueAsync(async () => (await PublishedAsync()).SequenceEqual(["new"]), "the old key is gone");
    }

    [Theory]
    [InlineData("""{"keys":[""")]
    [InlineData("""{"keys":[]}""")]
    [InlineData(null)]
    public async Task Bad_file_costs_no_request_and_is_logged_once(string? content)
    {
        var token = _issuer.Token().Build();
        if (content is null)
        {
            File.Delete(KeyFile);
        }
        else
        {
            await File.WriteAllTextAsync(KeyFile, content);
        }

        await Eventually.TrueAsync(
            () => _gateway.Logs.Lines.Any(line => line.Contains("last good ones stay in use", StringComparison.Ordinal)),
            "the bad file is logged");
        (await KeyOfAsync(token)).ShouldBe("old");
        await File.WriteAllTextAsync(KeyFile, SigningKey.PrivateSet(_new));

        await Eventually.TrueAsync(async () => await KeyOfAsync(token) == "new", "the next good file is used");
        _gateway.Logs.Lines.Count(line => line.Contains("last good ones stay in use", StringComparison.Ordinal)).ShouldBe(1);
        _gateway.Logs.Lines.ShouldNotContain(line => line.Contains((string)_new.ToPrivateJwk()["d"]!));
    }

    [Fact]
    public async Task Keys_that_a_reload_adds_are_followed_too()
    {
        var token = _issuer.Token().Build();
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(_gateway.ConfigFile))!.AsObject();
        var without = configuration.DeepClone().AsObject();
        without["Gateway"]!["Identity"]!.AsObject().Remove("Assertion");
        await ApplyAsync(without, async () => !await HasAssertionAsync());
        await ApplyAsync(configuration, HasAssertionAsync);

        await File.WriteAllTextAsync(KeyFile, SigningKey.PrivateSet(_new));

        await Eventually.TrueAsync(async () => await KeyOfAsync(token) == "new", "the new key signs");

        async Task<bool> HasAssertionAsync() =>
            await StatusAsync("/private/a", token) == 200 && _destination.Last.Header(AssertionGateway.Header) is not null;
    }

    [Fact]
    public async Task Reload_keeps_assertions_while_their_settings_stay_and_changes_them_with_them()
    {
        var token = _issuer.Token().Build();
        var before = await AssertionOfAsync(token);
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(_gateway.ConfigFile))!.AsObject();

        await ApplyAsync(configuration.WithRoute("more", "Authenticated"), async () => (await StatusAsync("/more/a", token)) == 200);
        (await AssertionOfAsync(token)).ShouldBe(before);

        await ApplyAsync(
            configuration.With("Gateway:Identity:Assertion:Issuer", JsonValue.Create("https://other.example.com")),
            async () => (string)AssertionGateway.PayloadOf(await AssertionOfAsync(token))["iss"]! == "https://other.example.com");
    }

    [Theory]
    [InlineData("""{ "Issuer": "a" }""", ":KeyFile", "this is required.")]
    [InlineData("""{ "KeyFile": "none.jwks", "Issuer": "a" }""", ":KeyFile", "the file does not exist.")]
    [InlineData(
        """{ "KeyFile": "public.jwks", "Issuer": "a" }""", ":KeyFile",
        "this file cannot be used: key \"old\" has no private half: a `d` of 32 bytes in base64url.")]
    [InlineData("""{ "KeyFile": "good.jwks" }""", ":Issuer", "this is required.")]
    [InlineData("""{ "KeyFile": "good.jwks", "Issuer": "a b" }""", ":Issuer", "this is not a text of visible ASCII characters.")]
    [InlineData("""{ "KeyFile": "good.jwks", "Issuer": "a", "Audience": "$route" }""", ":Audience", "\"$route\" stands for nothing.")]
    [InlineData(
        """{ "KeyFile": "good.jwks", "Issuer": "a", "Audience": "" }""", ":Audience", "this is not a text of visible ASCII characters.")]
    [InlineData("""{ "KeyFile": "good.jwks", "Issuer": "a", "Lifetime": "00:00:09" }""", ":Lifetime", "this is out of range.")]
    [InlineData("""{ "KeyFile": "good.jwks", "Issuer": "a", "Lifetime": "01:00:01" }""", ":Lifetime", "this is out of range.")]
    [InlineData("""{ "KeyFile": "good.jwks", "Issuer": "a", "Type": "" }""", ":Type", "this is not a text of visible ASCII characters.")]
    [InlineData(
        """{ "KeyFile": "good.jwks", "Issuer": "a", "Header": "Authorization" }""", ":Header",
        "HTTP or proxies use this header for another purpose.")]
    [InlineData(
        """{ "KeyFile": "good.jwks", "Issuer": "a", "Header": "x_auth_subject" }""", ":Header",
        "some destinations cannot tell this header from X-Auth-Subject.")]
    [InlineData(
        """{ "KeyFile": "good.jwks", "Issuer": "a", "Claims": { "exp": "exp" } }""", ":Claims:exp",
        "the gateway writes this claim itself.")]
    [InlineData("""{ "KeyFile": "good.jwks", "Issuer": "a", "Claims": { "x": "$realm" } }""", ":Claims:x", "this is not a claim path.")]
    [InlineData("""{ "KeyFile": "good.jwks", "Issuer": "a", "JwksPath": "jwks.json" }""", ":JwksPath", "this is not a path.")]
    [InlineData("""{ "KeyFile": "good.jwks", "Issuer": "a", "JwksPath": "/a/../b" }""", ":JwksPath", "this is not a path.")]
    [InlineData(
        """{ "KeyFile": "good.jwks", "Issuer": "a", "JwksPath": "/backchannel-logout/a" }""", ":JwksPath",
        "the gateway has another use for this path.")]
    [InlineData("{ }", "", "this is empty.")]
    public async Task Mistake_is_an_error_at_start_that_names_its_place(string assertion, string place, string problem)
    {
        var files = new Dictionary<string, string>
        {
            ["good.jwks"] = SigningKey.PrivateSet(_old),
            ["public.jwks"] = new JsonObject { ["keys"] = new JsonArray(_old.ToJwk()) }.ToJsonString(),
        };
        var configuration = TestGateway.Configuration(_issuer, _destination).With("Gateway:Identity:Assertion", assertion);

        var error = (
            await Should.ThrowAsync<ConfigurationException>(
                TestGateway.StartAsync(configuration, files: files))).Errors.ShouldHaveSingleItem();

        error.Path.ShouldBe($"Gateway:Identity:Assertion{place}");
        error.Problem.ShouldBe(problem);
    }

    [Fact]
    public async Task Route_at_the_path_of_the_keys_is_an_error()
    {
        var configuration = AssertionGateway.Configure(TestGateway.Configuration(_issuer, _destination), _destination.Address)
            .With("ReverseProxy:Routes:keys", TestGateway.Route("Anonymous", "/.well-known/JWKS.json/"));

        var error = (await Should.ThrowAsync<ConfigurationException>(TestGateway.StartAsync(
            configuration,
            files: new Dictionary<string, string> { ["assertion.jwks"] = SigningKey.PrivateSet(_old) }))).Errors.ShouldHaveSingleItem();

        error.Path.ShouldBe("ReverseProxy:Routes:keys:Match:Path");
    }

    private async Task ApplyAsync(JsonObject configuration, Func<Task<bool>> isApplied)
    {
        await File.WriteAllTextAsync(_gateway.ConfigFile, configuration.ToJsonString());
        await Eventually.TrueAsync(isApplied, "the change is in effect");
    }

    private async Task<int> StatusAsync(string path, string token)
    {
        using var response = await _gateway.GetAsync(path, token);
        return (int)response.StatusCode;
    }

    private async Task<string> AssertionOfAsync(string token)
    {
        using var response = await _gateway.GetAsync("/private/a", token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return _destination.Last.Header(AssertionGateway.Header)!;
    }

    private async Task<string> KeyOfAsync(string token) => (string)AssertionGateway.HeaderOf(await AssertionOfAsync(token))["kid"]!;

    private async Task<string[]> PublishedAsync()
    {
        using var response = await _gateway.GetAsync(AssertionGateway.Jwks);
        return [.. JsonNode.Parse(await response.Content.ReadAsStringAsync())!["keys"]!.AsArray().Select(key => (string)key!["kid"]!)];
    }
}
