using System.Net;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

public sealed class IssuerAdministrationTests : IAsyncLifetime
{
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        _gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task Issuer_is_described_with_its_keys_and_their_age()
    {
        await Eventually.TrueAsync(
            async () => (await _gateway.DescribeAsync("shop"))!["nextRefresh"] is not null, "the next refresh is planned");
        var issuer = (await _gateway.DescribeAsync("shop"))!;

        issuer["issuer"]!.GetValue<string>().ShouldBe(_issuer.Issuer);
        issuer["source"]!.GetValue<string>().ShouldBe(_issuer.Issuer);
        issuer["keys"]!.ToJsonString().ShouldBe(
            """[{"kid":"rsa-1","algorithms":["RS256","PS256"]},{"kid":"ec-1","algorithms":["ES256"]}]""");
        issuer["skippedKeys"]!.AsArray().ShouldBeEmpty();
        issuer["ageSeconds"]!.GetValue<double>().ShouldBeInRange(0, 60);
        issuer["lastError"].ShouldBeNull();
        issuer["nextRefresh"]!.GetValue<DateTimeOffset>().ShouldBeGreaterThan(issuer["loadedAt"]!.GetValue<DateTimeOffset>());
    }

    [Fact]
    public async Task Description_carries_no_key_material()
    {
        var modulus = _issuer.Rsa.ToJwk()["n"]!.GetValue<string>();

        (await _gateway.DescribeAsync("shop"))!.ToJsonString().ShouldNotContain(modulus[..20]);
    }

    [Fact]
    public async Task Error_is_shown_until_a_refresh_succeeds()
    {
        await _issuer.SetModeAsync(ProviderMode.InternalError);
        (await _gateway.RefreshAsync("shop")).Status.ShouldBe(503);
        (await _gateway.DescribeAsync("shop"))!.LastError().ShouldBe("it responded with status 500");

        await _issuer.SetModeAsync(ProviderMode.Good);
        (await _gateway.RefreshAsync("SHOP")).Status.ShouldBe(200);
        (await _gateway.DescribeAsync("shop"))!.LastError().ShouldBeNull();
    }

    [Fact]
    public async Task Forgotten_key_is_rejected_at_once_and_for_good_while_others_pass()
    {
        var token = _issuer.Token().Build();
        (await StatusAsync(token)).ShouldBe(200);

        var (status, issuer) = await _gateway.ForgetKeyAsync("shop", "rsa-1");

        status.ShouldBe(200);
        issuer.KeyIds().ShouldBe(["ec-1"]);
        (await StatusAsync(token)).ShouldBe(401);
        (await _gateway.RefreshAsync("shop")).Issuer.KeyIds().ShouldBe(["ec-1"]);
        (await StatusAsync(token)).ShouldBe(401);
        (await StatusAsync(_issuer.Token(algorithm: "ES256").Build())).ShouldBe(200);
    }

    // Amazon Cognito's key ids are plain base64.
    [Theory]
    [InlineData("a/b+c=")]
    [InlineData("a b")]
    [InlineData("a%b")]
    [InlineData("schlüssel")]
    public async Task Key_id_of_any_characters_can_be_forgotten(string keyId)
    {
        using var key = SigningKey.Rsa(keyId);
        _issuer.Keys = [.. _issuer.Keys.Select(each => each!.DeepClone()), key.ToJwk()];
        (await _gateway.RefreshAsync("shop")).Status.ShouldBe(200);
        var token = new TokenBuilder(key, _issuer.Issuer).Build();
        (await StatusAsync(token)).ShouldBe(200);

        var (status, issuer) = await _gateway.ForgetKeyAsync("shop", Uri.EscapeDataString(keyId));

        status.ShouldBe(200);
        issuer.KeyIds().ShouldBe(["rsa-1", "ec-1"]);
        (await StatusAsync(token)).ShouldBe(401);
    }

    [Theory]
    [InlineData("/admin/issuers/nobody/refresh")]
    [InlineData("/admin/issuers/nobody/forget-key/rsa-1")]
    public async Task Unknown_issuer_is_404(string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_gateway.ManagementAddress) };
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), null);

        var problem = await answer.ShouldBeProblemAsync(404);
        problem["detail"]!.GetValue<string>().ShouldContain("/admin/issuers");
        (await StatusAsync(_issuer.Token().Build())).ShouldBe(200);
    }

    [Fact]
    public async Task Reading_changes_nothing()
    {
        using var client = new HttpClient { BaseAddress = new Uri(_gateway.ManagementAddress) };

        using var refresh = await client.GetAsync("/admin/issuers/shop/refresh");
        using var forget = await client.GetAsync("/admin/issuers/shop/forget-key/rsa-1");

        refresh.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        forget.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await StatusAsync(_issuer.Token().Build())).ShouldBe(200);
        _issuer.KeyRequests.ShouldBe(1);
    }

    private async Task<int> StatusAsync(string token)
    {
        using var answer = await _gateway.GetAsync("/private/a", token);
        return (int)answer.StatusCode;
    }
}
