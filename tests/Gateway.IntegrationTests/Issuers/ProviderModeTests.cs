using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>Whatever a provider does: no good ring is lost to it, and what cannot be decided is 503, never 401.</summary>
public sealed class ProviderModeTests(EveryProvider every) : IClassFixture<EveryProvider>
{
    // Four redirects of one load.
    private const int MostRequestsOfALoad = 4;

    private static readonly Dictionary<ProviderMode, string> Errors = new()
    {
        [ProviderMode.InternalError] = "it responded with status 500",
        [ProviderMode.NotFound] = "it responded with status 404",
        [ProviderMode.Html] = "not a strict JSON object",
        [ProviderMode.EmptyObject] = "no `keys` array",
        [ProviderMode.NoKeys] = "lists no keys",
        [ProviderMode.HalfAnObject] = "not a strict JSON object",
        [ProviderMode.CutConnection] = "it cannot be read: the ",
        [ProviderMode.FiftyMegabytes] = "larger than 262144 bytes",
        [ProviderMode.GzipBomb] = "larger than 262144 bytes",
        [ProviderMode.SlowDrip] = "did not respond within 5 s",
        [ProviderMode.Hang] = "did not respond within 5 s",
        [ProviderMode.RedirectToAnotherHost] = "redirects to another host",
        [ProviderMode.RedirectInCircles] = "too often",
        [ProviderMode.NoConnection] = "it cannot be read: the connection is refused",
        [ProviderMode.MetadataOfAnotherIssuer] = "names another `issuer`",
        [ProviderMode.MetadataError] = "it responded with status 500",
        [ProviderMode.MetadataHtml] = "the metadata is not a strict JSON object",
        [ProviderMode.MetadataWithoutKeysAddress] = "no absolute `jwks_uri`",
    };

    public static TheoryData<string> Usable => [.. Modes.Where(mode => mode.IsUsable()).Select(mode => mode.ToString())];

    public static TheoryData<string> Useless => [.. Modes.Where(mode => !mode.IsUsable()).Select(mode => mode.ToString())];

    public static TheoryData<string> All => [.. Modes.Select(mode => mode.ToString())];

    private static ProviderMode[] Modes => Enum.GetValues<ProviderMode>();

    [Theory]
    [MemberData(nameof(Useless))]
    public void Token_gets_503_while_there_are_no_keys(string mode)
    {
        var seen = every.Empty[Enum.Parse<ProviderMode>(mode)];

        seen.RefreshStatus.ShouldBe(503);
        seen.ClientStatus.ShouldBe(503);
        seen.UnknownKeyStatus.ShouldBe(503);
        seen.RetryAfter.ShouldBe("1");
        seen.Issuer.KeyIds().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Usable))]
    public void Token_passes_with_keys_from_an_unusual_provider(string mode)
    {
        var seen = every.Empty[Enum.Parse<ProviderMode>(mode)];

        seen.RefreshStatus.ShouldBe(200);
        seen.ClientStatus.ShouldBe(200);
        seen.UnknownKeyStatus.ShouldBe(401);
        seen.Issuer.KeyIds().ShouldBe(["rsa-1", "ec-1"]);
        seen.Issuer.LastError().ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Token_passes_with_the_keys_loaded_before(string mode)
    {
        var seen = every.Warm[Enum.Parse<ProviderMode>(mode)];

        seen.ClientStatus.ShouldBe(200);
        seen.Issuer.KeyIds().ShouldBe(["rsa-1", "ec-1"]);
        seen.RefreshStatus.ShouldBe(Enum.Parse<ProviderMode>(mode).IsUsable() ? 200 : 503);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Unknown_key_is_401_only_when_the_provider_could_be_asked(string mode)
    {
        every.Warm[Enum.Parse<ProviderMode>(mode)].UnknownKeyStatus.ShouldBe(Enum.Parse<ProviderMode>(mode).IsUsable() ? 401 : 503);
    }

    [Theory]
    [MemberData(nameof(Useless))]
    public void Error_names_the_fault(string mode)
    {
        var expected = Errors[Enum.Parse<ProviderMode>(mode)];

        every.Empty[Enum.Parse<ProviderMode>(mode)].Issuer.LastError()!.ShouldContain(expected, Case.Insensitive);
        every.Warm[Enum.Parse<ProviderMode>(mode)].Issuer.LastError()!.ShouldContain(expected, Case.Insensitive);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_the_provider_sent_is_repeated(string mode)
    {
        foreach (var seen in new[] { every.Empty, every.Warm }.Select(all => all[Enum.Parse<ProviderMode>(mode)]))
        {
            seen.Issuer.ToJsonString().ShouldNotContain(ProviderAnswers.Marker);
            seen.ClientBody.ShouldNotContain(ProviderAnswers.Marker);
        }

        every.Logs.ShouldContain(line => line.Contains("Issuer Html: cannot load keys", StringComparison.Ordinal));
        every.Logs.Where(line => line.Contains(ProviderAnswers.Marker, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Loads_are_few(string mode)
    {
        var name = Enum.Parse<ProviderMode>(mode);
        var most = name == ProviderMode.RedirectInCircles ? MostRequestsOfALoad : 1;

        // With keys: the operator's refresh and the search for the unknown key. Without: one a second besides.
        every.Warm[name].Requests.ShouldBeLessThanOrEqualTo(2 * most);
        every.Empty[name].Requests.ShouldBeLessThanOrEqualTo(every.Empty[name].Loads * most);
    }

    [Fact]
    public void Redirect_is_followed_to_the_same_host_only()
    {
        every.Warm[ProviderMode.RedirectToSameHost].Moved.ShouldBeGreaterThan(0);
        every.Warm[ProviderMode.RedirectToAnotherHost].Moved.ShouldBe(0);
        every.Empty[ProviderMode.RedirectToAnotherHost].Moved.ShouldBe(0);
    }

    [Fact]
    public void Bad_key_among_good_ones_is_skipped_with_the_reason()
    {
        every.Warm[ProviderMode.OneBadKey].Issuer["skippedKeys"]!.AsArray().Select(key => key!.GetValue<string>())
            .ShouldBe(["key \"short\" has 17 bits; 2048 to 8192 are accepted"]);
    }
}
