using Gateway.Configuration;
using Gateway.Revocation;
using Gateway.Settings;

namespace Gateway.Tests.Configuration;

/// <summary>The commands that revoke need the store's settings, and no more of the file.</summary>
public sealed class StoreReaderTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    /// <summary>What keeps the gateway from starting, and does not concern the store.</summary>
    [Theory]
    [InlineData("""{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop", "Keys": { "SecretFile": "/nowhere" } } } } }""")]
    [InlineData(
        """{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop", "Audiences": "text", "Algorithms": ["none"] } } } }""")]
    [InlineData("""{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop" } }, "Policies": { "p": { "Scopez": {} } } } }""")]
    [InlineData(
        """{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop" } } }, "ReverseProxy": { "Routes": { "r": { "ClusterId": "none" } } } }""")]
    [InlineData(
        """{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop" } }, "Revocation": { "Lookup": { "Keys": [] } } } }""")]
    [InlineData(
        """{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop" }, "tenants": { "Issuer": "https://idp/{tenant}", "Template": { "AnyOf": ["a"] } } } } }""")]
    public void Errors_elsewhere_do_not_stand_in_the_way(string text)
    {
        var reading = Read(text);

        reading.Store.Kind.ShouldBe(RevocationStore.Sqlite);
        reading.Issuers.Named("shop").ShouldNotBeNull().Issuer.ShouldBe("https://idp/shop");
        reading.Issuers.Named("https://idp/shop").ShouldNotBeNull().Name.ShouldBe("shop");
    }

    /// <summary>What would write to another store than the gateway's, name another issuer, or keep an entry for too short a time.</summary>
    [Theory]
    [InlineData("""{ "Gateway": { "Revocation": { "Stor": "Redis" } } }""", "Gateway:Revocation:Stor")]
    [InlineData("""{ "Gateway": { "Revocatoin": { "Store": "Redis" } } }""", "Gateway:Revocatoin")]
    [InlineData("""{ "Gatway": { "Revocation": { "Store": "Redis" } } }""", "Gatway")]
    [InlineData(
        """{ "Gateway": { "Revocation": { "Store": "Redis", "Redis": { "Connection": "redis://x" } } } }""",
        "Gateway:Revocation:Redis:Connection")]
    [InlineData(
        """{ "Gateway": { "Revocation": { "Store": "Redis", "Redis": { "PasswordFile": "/nowhere" } } } }""",
        "Gateway:Revocation:Redis:PasswordFile")]
    [InlineData(
        """{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop", "MaxLifetime": "long" } } } }""",
        "Gateway:Issuers:shop:MaxLifetime")]
    [InlineData(
        """{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop", "MaxLifetme": "7.00:00:00" } } } }""",
        "Gateway:Issuers:shop:MaxLifetme")]
    [InlineData(
        """{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop", "ClockSkew": "01:00:00" } } } }""",
        "Gateway:Issuers:shop:ClockSkew")]
    [InlineData("""{ "Gateway": { "Issuers": { "shop": {} } } }""", "Gateway:Issuers:shop")]
    public void Errors_of_the_store_and_of_what_an_issuer_is_are_reported(string text, string path) =>
        Should.Throw<ConfigurationException>(() => Read(text)).Errors.Select(error => error.Path).ShouldContain(path);

    [Fact]
    public void File_without_issuers_takes_any_by_its_iss_and_keeps_entries_for_the_longest_lifetime()
    {
        var reading = Read("""{ "Gateway": { "Revocation": { "Store": "Sqlite" } } }""");

        reading.IssuersOr("https://idp/any").Named("https://idp/any").ShouldNotBeNull().MaxLifetime.ShouldBe(TimeSpan.FromDays(366));
        reading.IssuersOr(null).IsEmpty.ShouldBeTrue();
        Read("""{ "Gateway": { "Issuers": { "shop": { "Issuer": "https://idp/shop" } } } }""")
            .IssuersOr("https://idp/any")
            .Named("https://idp/any")
            .ShouldBeNull();
    }

    private StoreReading Read(string text)
    {
        File.WriteAllText(_file, text);
        return StoreReader.Read(new GatewayAppOptions { ConfigFile = _file });
    }
}
