using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Gateway.Testing.Providers;
using Gateway.Tests.Configuration;

namespace Gateway.Tests.Docs;

/// <summary>
/// docs/providers: each configuration loads and has a provider's tokens that are tried on it, and the calls lead to its routes.
/// </summary>
public sealed partial class ProviderPageTests
{
    private const string InPod = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";

    public static TheoryData<string> Pages => [.. ProviderPage.Names];

    [Fact]
    public void Pages_are_those_that_the_index_lists()
    {
        var listed =
            Link.Matches(ProviderPage.Read("README").Text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);

        listed.ShouldBe(ProviderPage.Names);
    }

    [Fact]
    public void Every_configuration_has_tokens_that_are_tried_on_it()
    {
        var tried = ProviderFixture.Names.Select(ProviderFixture.Read)
            .Select(fixture => $"{fixture.Page}: {fixture.Section}")
            .Order(StringComparer.Ordinal);
        var shown = ProviderPage.Names.Select(ProviderPage.Read)
            .SelectMany(page =>
                page.Configurations.Keys.Select(section => $"{page.Name}: {section}")).Where(name => name != "other: The whole file");

        tried.ShouldBe(shown.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Configurations_load(string page)
    {
        using var key = SigningKey.Rsa();
        var files = new Dictionary<string, string> { ["ca.crt"] = PemEncoding.WriteString("CERTIFICATE", key.ToCertificate()) };
        foreach (var (section, configuration) in ProviderPage.Read(page).Configurations)
        {
            var errors = await CheckedConfiguration.ErrorsOfAsync(
                configuration.ToJsonString().Replace(InPod, "ca.crt", StringComparison.Ordinal), files: files);

            errors.ShouldBeEmpty(section);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Calls_lead_to_a_route_of_the_page(string page)
    {
        var read = ProviderPage.Read(page);
        var paths = read.Configurations.Values.SelectMany(configuration => configuration["ReverseProxy"]!["Routes"]!.AsObject())
            .Select(
                route => route.Value!["Match"]!["Path"]!.GetValue<string>().Replace("{**rest}", "", StringComparison.Ordinal)).ToArray();
        var called = Call.Matches(read.Text).Select(match => match.Groups[1].Value).ToArray();

        called.ShouldNotBeEmpty();
        called.ShouldAllBe(path => paths.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Commands_are_valid_shell(string page)
    {
        foreach (var block in ProviderPage.Read(page).Blocks("sh"))
        {
            var result = await Script.RunAsync("bash", ["-n"], block);

            result.ExitCode.ShouldBe(0, block + result.Errors);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Reasons_are_those_of_the_gateway(string page)
    {
        var known = File.ReadAllText(Path.Combine(Script.Root, "docs", "configuration.md"));
        var explained = Reason.Matches(ProviderPage.Read(page).Text).Select(match => match.Groups[1].Value).ToArray();

        explained.ShouldNotBeEmpty();
        explained.ShouldAllBe(reason => known.Contains($"` | `{reason}` | ", StringComparison.Ordinal)
            || known.Contains($" | `{reason}` | The", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\]\(([a-z0-9-]+)\.md\)")]
    private static partial Regex Link { get; }

    [GeneratedRegex("https?://(?:localhost:8080|gateway\\.example\\.com|gateway)(/[a-z0-9/]+)")]
    private static partial Regex Call { get; }

    [GeneratedRegex(@"^\| `([a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Reason { get; }
}
