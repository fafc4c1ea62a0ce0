using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Testing.Providers;

namespace Gateway.IntegrationTests.Docs;

/// <summary>
/// With the configuration of its page in docs/providers each provider's access tokens pass, with the identity headers that the page shows,
/// and its other tokens are rejected for the reason that the page explains.
/// </summary>
public sealed class ProviderTests(ProviderTests.Destination destination) : IClassFixture<ProviderTests.Destination>
{
    public static TheoryData<string> Providers => [.. ProviderFixture.Names];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Access_tokens_pass_and_every_other_token_is_rejected_for_the_reason_on_the_page(string provider)
    {
        var fixture = ProviderFixture.Read(provider);
        var (page, index) = (ProviderPage.Read(fixture.Page), ProviderPage.Read("README"));
        await using var documents = await ProviderDouble.StartAsync(fixture);
        await using var gateway = await StartAsync(documents.Local(page.Configurations[fixture.Section]));
        var unexpected = new List<string>();
        var first = fixture.Accepted[0];

        foreach (var token in fixture.Accepted)
        {
            Note(await SendAsync(gateway, documents.Sign(token.Header, token.Claims), token), "accepted", token.What);
            if (token == first)
            {
                Expected(page, fixture, documents).Order().ShouldBe(Identity(), "the identity headers that the page shows");
            }

            foreach (var (what, text, reason) in Spoilt(token, documents))
            {
                Note(await SendAsync(gateway, text, token), reason, $"{token.What}, {what}");
                index.Explains(reason).ShouldBeTrue($"docs/providers/README.md says what {reason} means");
            }
        }

        foreach (var token in fixture.Rejected)
        {
            var (header, claims) = (Changed(first.Header, token.Header, []), Changed(first.Claims, token.Claims, token.Without));
            var text = token.Text ?? documents.Sign(header, claims);
            Note(await SendAsync(gateway, text, token), token.Reason!, token.What);
            page.Explains(token.Reason!).ShouldBeTrue($"docs/providers/{fixture.Page}.md says what {token.Reason} means");
        }

        unexpected.ShouldBeEmpty();

        void Note(string decision, string expected, string what)
        {
            if (decision != expected)
            {
                unexpected.Add($"{what}: {decision}, not {expected}");
            }
        }
    }

    /// <summary>Any provider's token, changed in a way that every provider's page has in common: see docs/providers/README.md.</summary>
    private static IEnumerable<(string What, string Text, string Reason)> Spoilt(ProviderToken token, ProviderDouble documents)
    {
        var issuer = token.Claims["iss"]!.GetValue<string>();
        var signed = documents.Sign(token.Header, token.Claims);
        yield return ("expired", WithClaims(new() { ["exp"] = -120, ["iat"] = -600, ["nbf"] = -600 }), "expired");
        yield return ("of another issuer", WithClaims(new() { ["iss"] = issuer + "x" }), "unknown_issuer");
        yield return ("for another API", WithClaims(new() { ["aud"] = "https://another-api.example" }), "wrong_audience");
        yield return ("unsigned", signed[..(signed.LastIndexOf('.') + 1)], "malformed");
        yield return (
            "with the algorithm none",
            documents.Sign(Changed(token.Header, new() { ["alg"] = "none" }, []), token.Claims),
            "unsupported_algorithm");
        yield return ("signed by somebody else", documents.Sign(token.Header, token.Claims, withAnotherKey: true), "bad_signature");

        string WithClaims(JsonObject changes) => documents.Sign(token.Header, Changed(token.Claims, changes, []));
    }

    private static JsonObject Changed(JsonObject original, JsonObject changes, string[] without)
    {
        var changed = original.DeepClone().AsObject();
        foreach (var (name, value) in changes)
        {
            changed[name] = value?.DeepClone();
        }

        foreach (var name in without)
        {
            changed.Remove(name);
        }

        return changed;
    }

    private static IEnumerable<string> Expected(ProviderPage page, ProviderFixture fixture, ProviderDouble documents) =>
        from header in page.Headers(fixture.Section)
        select $"{header.Name}: {(header.Name == "X-Auth-Issuer" ? documents.Local(header.Value) : header.Value)}";

    private IEnumerable<string> Identity() => destination.Recorder.Last.Headers
        .Where(header => header.Key.StartsWith("X-Auth-", StringComparison.Ordinal))
        .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order();

    private async Task<TestGateway> StartAsync(JsonObject configuration)
    {
        configuration.With("Gateway:Revocation:Store", JsonValue.Create("Memory"));
        foreach (var (_, cluster) in configuration["ReverseProxy"]!["Clusters"]!.AsObject())
        {
            cluster!["Destinations"]!["one"]!["Address"] = destination.Recorder.Address;
        }

        using var key = SigningKey.Rsa();
        var files = new Dictionary<string, string>();
        var sources = configuration["Gateway"]!["Issuers"]!.AsObject().Select(issuer => issuer.Value!["Keys"]!.AsObject());
        foreach (var keys in sources.Where(keys => keys.ContainsKey("CaFile")))
        {
            keys["CaFile"] = "ca.crt";
            files["ca.crt"] = PemEncoding.WriteString("CERTIFICATE", key.ToCertificate());
        }

        return await TestGateway.StartAsync(configuration, files: files);
    }

    /// <summary>The reason of the rejection, or that the destination received the request without the token.</summary>
    private async Task<string> SendAsync(TestGateway gateway, string text, ProviderToken token)
    {
        using var request = TestGateway.Request(HttpMethod.Get, token.Path, token.Carrier is null ? text : null);
        if (token.Carrier is not null)
        {
            request.Headers.Add(token.Carrier, text);
        }

        destination.Recorder.Forget();
        using var response = await gateway.Client.SendAsync(request);
        if (response.IsSuccessStatusCode)
        {
            var forwarded = destination.Recorder.Last.Header(token.Carrier ?? "Authorization");
            return forwarded is null ? "accepted" : "accepted, and the token was forwarded";
        }

        destination.Recorder.Received.ShouldBeEmpty();
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["reason"]?.GetValue<string>() ?? $"{(int)response.StatusCode}";
    }

    /// <summary>The service behind every gateway of this class.</summary>
    public sealed class Destination : IAsyncLifetime
    {
        internal RecordingDestination Recorder { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Recorder = await RecordingDestination.StartAsync();

        public ValueTask DisposeAsync() => Recorder.DisposeAsync();
    }
}
