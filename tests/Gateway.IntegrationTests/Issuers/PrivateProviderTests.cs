using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>A provider whose certificate comes from the company's own authority.</summary>
public sealed class PrivateProviderTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task Keys_are_loaded_with_the_authority_named()
    {
        using var certificate = _authority.Issue();

        var (status, issuer) = await RefreshAsync(certificate, _authority.Pem);

        status.ShouldBe(200, issuer.LastError());
        issuer.KeyIds().ShouldBe(["rsa-1", "ec-1"]);
    }

    [Fact]
    public async Task Expired_certificate_brings_no_keys()
    {
        using var certificate = _authority.Issue(isExpired: true);

        var (status, issuer) = await RefreshAsync(certificate, _authority.Pem);

        status.ShouldBe(503);
        issuer.LastError()!.ShouldEndWith("it cannot be read: its certificate has expired or is not valid yet");
        issuer.KeyIds().ShouldBeEmpty();
    }

    [Fact]
    public async Task Certificate_of_another_host_brings_no_keys()
    {
        using var certificate = _authority.Issue(host: "other.example");

        var (status, issuer) = await RefreshAsync(certificate, _authority.Pem);

        status.ShouldBe(503);
        issuer.LastError()!.ShouldEndWith("it cannot be read: its certificate is for another host");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Certificate_of_an_authority_that_is_not_trusted_brings_no_keys(bool namesAnother)
    {
        using var another = new TestAuthority();
        using var certificate = _authority.Issue();

        var (status, issuer) = await RefreshAsync(certificate, namesAnother ? another.Pem : null);

        status.ShouldBe(503);
        issuer.LastError()!.ShouldEndWith("it cannot be read: its certificate comes from an authority that is not trusted");
        issuer.KeyIds().ShouldBeEmpty();
    }

    [Fact]
    public async Task Keys_are_kept_when_the_certificate_expires()
    {
        using var valid = _authority.Issue();
        await using var issuer = await FakeIssuer.StartAsync(certificate: valid);
        await using var gateway = await TestGateway.StartAsync(Configuration(issuer, _authority.Pem), files: Files(_authority.Pem));

        await issuer.SetModeAsync(ProviderMode.NoConnection);
        using var expired = _authority.Issue(isExpired: true);
        issuer.Certificate = expired;
        await issuer.SetModeAsync(ProviderMode.Good);
        var (status, described) = await gateway.RefreshAsync("shop");
        using var answer = await gateway.GetAsync("/private/a", issuer.Token().Build());

        status.ShouldBe(503);
        described.LastError()!.ShouldEndWith("it cannot be read: its certificate has expired or is not valid yet");
        ((int)answer.StatusCode).ShouldBe(200);
    }

    private async Task<(int Status, JsonObject Issuer)> RefreshAsync(X509Certificate2 certificate, string? authority)
    {
        await using var issuer = await FakeIssuer.StartAsync(certificate: certificate);
        await using var gateway = await TestGateway.StartAsync(
            Configuration(issuer, authority), files: authority is null ? null : Files(authority), waitUntilReady: false);
        return await gateway.RefreshAsync("shop");
    }

    private JsonObject Configuration(FakeIssuer issuer, string? authority)
    {
        var configuration = TestGateway.Configuration(issuer, _destination);
        return authority is null ? configuration : configuration.With("Gateway:Issuers:shop:Keys:CaFile", JsonValue.Create("ca.pem"));
    }

    private static Dictionary<string, string> Files(string authority) => new() { ["ca.pem"] = authority };
}
