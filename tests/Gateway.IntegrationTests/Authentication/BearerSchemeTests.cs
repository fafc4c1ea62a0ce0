using System.Text.Json.Nodes;
using Gateway.Authentication;
using Gateway.Pipeline.Bearer;
using Gateway.Testing;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Gateway.IntegrationTests.Authentication;

/// <summary>The Bearer scheme when code of a fork calls it, and as the authorization of endpoints beside the routes.</summary>
public sealed class BearerSchemeTests : IClassFixture<UserGateway>
{
    private readonly UserGateway _parts;

    public BearerSchemeTests(UserGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Fact]
    public async Task Scheme_answers_every_token_as_the_pipeline_does()
    {
        foreach (var (name, credentials) in Corpus())
        {
            // On the public route the scheme validates the token; on the other route, in report mode, the pipeline has validated it before.
            using var enforced = await SendAsync("/private/a", credentials, null);
            using var open = await SendAsync("/public/a", credentials, $"{name} by itself");
            using var trial = await SendAsync("/trial/a", credentials, $"{name} after the pipeline");
            var reason = enforced.IsSuccessStatusCode
                ? "accepted"
                : JsonNode.Parse(await enforced.Content.ReadAsStringAsync())!["reason"]!.GetValue<string>();

            foreach (var asked in new[] { $"{name} by itself", $"{name} after the pipeline" })
            {
                var result = _parts.Asked[asked];
                (result.Succeeded ? "accepted" : result.None ? "missing" : ReasonOf(result.Failure)).ShouldBe(reason, asked);
                (result.Principal?.Identity?.Name).ShouldBe(reason == "accepted" ? "alice" : null, asked);
            }
        }

        _parts.Asked.Count.ShouldBe(2 * Corpus().Count());
    }

    [Theory]
    [InlineData("/fork/any", null, 401, "Bearer")]
    [InlineData("/fork/any", "bad", 401, "Bearer error=\"invalid_token\"")]
    [InlineData("/fork/any", "orders:read", 200, null)]
    [InlineData("/fork/admins", null, 401, "Bearer")]
    [InlineData("/fork/admins", "orders:read", 403, "Bearer error=\"insufficient_scope\", scope=\"gateway:admin\"")]
    [InlineData("/fork/admins", "gateway:admin", 200, null)]
    [InlineData("/fork/trial", "other", 403, "Bearer error=\"insufficient_scope\", scope=\"orders:read\"")]
    [InlineData("/fork/trial", null, 401, "Bearer")]
    [InlineData("/fork/unknown", "gateway:admin", 500, null)]
    public async Task Endpoint_beside_the_routes_is_authorized_by_our_policies(string path, string? scope, int status, string? challenge)
    {
        var token = scope switch { null => null, "bad" => "bad", _ => _parts.Issuer.Token().With("scope", scope).Build() };

        using var answer = await _parts.Gateway.GetAsync(path, token);

        ((int)answer.StatusCode).ShouldBe(status);
        answer.Raw("WWW-Authenticate").ShouldBe(challenge);
        if (status == 200)
        {
            (await answer.Content.ReadAsStringAsync()).ShouldBe("alice");
        }
        else
        {
            await answer.ShouldBeProblemAsync(status);
        }
    }

    [Fact]
    public async Task Endpoint_that_asks_for_nothing_sees_the_user_of_a_good_token_only()
    {
        (await TextAsync(_parts.Issuer.Token().Build())).ShouldBe("alice");
        (await TextAsync("nonsense")).ShouldBeEmpty();
        (await TextAsync(null)).ShouldBeEmpty();

        async Task<string> TextAsync(string? token)
        {
            using var answer = await _parts.Gateway.GetAsync("/fork/open", token);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public void Scheme_has_only_the_gateways_handler_and_fetches_no_metadata()
    {
        var options = _parts.Gateway.Services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get("Bearer");

        options.TokenHandlers.ShouldHaveSingleItem().ShouldBeOfType<BearerTokenHandler>();
        options.ConfigurationManager.ShouldBeNull();
        options.Authority.ShouldBeNull();
        _parts.Issuer.MetadataRequests.ShouldBe(1, "the gateway's own key source has read it");
    }

    [Fact]
    public async Task Start_fails_when_a_second_handler_could_judge_tokens()
    {
        Func<Task> start = async () => await TestGateway.StartAsync(
            TestGateway.Configuration(_parts.Issuer, _parts.Destination),
            configure: services =>
                services.PostConfigure<JwtBearerOptions>("Bearer", options => options.TokenHandlers.Add(new JsonWebTokenHandler())));

        (await start.ShouldThrowAsync<OptionsValidationException>()).Message.ShouldContain("one token handler");
    }

    private static string ReasonOf(Exception? failure) =>
        Jose.Rejections.Of(failure.ShouldBeOfType<TokenRejectedException>().Rejection.Reason).Tag;

    private Task<HttpResponseMessage> SendAsync(string path, string? credentials, string? ask)
    {
        var request = TestGateway.Request(HttpMethod.Get, path);
        if (credentials is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", credentials);
        }

        if (ask is not null)
        {
            request.Headers.Add("X-Ask", ask);
        }

        return _parts.Gateway.Client.SendAsync(request);
    }

    private IEnumerable<(string Name, string? Credentials)> Corpus()
    {
        var issuer = _parts.Issuer;
        var good = issuer.Token().With("jti", "corpus").With("exp", 4_000_000_000).With("iat", 4_000_000_000 - 300).Build();
        yield return ("good", $"Bearer {issuer.Token().Build()}");
        yield return ("known", $"Bearer {issuer.Token().Build()}");
        yield return ("lower-case scheme", $"bearer {issuer.Token().Build()}");
        yield return ("two spaces", $"Bearer  {issuer.Token().Build()}");
        yield return ("tab", $"Bearer\t{issuer.Token().Build()}");
        yield return ("no token", "Bearer");
        yield return ("empty token", "Bearer ");
        yield return ("other scheme", $"Basic {issuer.Token().Build()}");
        yield return ("two tokens", $"Bearer {issuer.Token().Build()}, Bearer {issuer.Token().Build()}");
        yield return ("none", null);
        yield return ("text", "Bearer nonsense");
        yield return ("future", $"Bearer {good}");
        yield return ("expired", $"Bearer {issuer.Token().With("exp", 1_000_000_000).Build()}");
        yield return ("audience", $"Bearer {issuer.Token().With("aud", "other").Build()}");
        yield return ("issuer", $"Bearer {issuer.Token().With("iss", "https://evil.example").Build()}");
        yield return ("no exp", $"Bearer {issuer.Token().Without("exp").Build()}");
        yield return ("type", $"Bearer {issuer.Token().WithHeader("typ", "logout+jwt").Build()}");
        yield return ("alg none", $"Bearer {issuer.Token().WithHeader("alg", "none").Build()}");
        yield return ("crit", $"Bearer {issuer.Token().WithHeader("crit", new JsonArray("x")).Build()}");
        yield return ("signature", $"Bearer {issuer.Token().Build()[..^8]}AAAAAAAA");
        yield return ("padding", $"Bearer {issuer.Token().Build()}==");
        yield return ("bound", $"Bearer {issuer.Token().With("cnf", new JsonObject { ["jkt"] = "x" }).Build()}");
        yield return ("large", $"Bearer {issuer.Token().With("x", new string('x', 20_000)).Build()}");
        yield return ("foreign key", $"Bearer {new TokenBuilder(SigningKey.Rsa(issuer.Rsa.KeyId), issuer.Issuer).Build()}");
    }
}
