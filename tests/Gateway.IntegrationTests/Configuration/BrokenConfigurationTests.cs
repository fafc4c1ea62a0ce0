using System.Net;
using System.Text.RegularExpressions;
using Gateway.Configuration;
using Gateway.Host;
using Gateway.Settings;
using Gateway.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>
/// Hundreds of broken configurations, made from the full one: <c>check</c> rejects exactly those with which the gateway does not start.
/// With a configuration that it accepts, no ordinary request gets 500.
/// </summary>
public sealed partial class BrokenConfigurationTests : IDisposable
{
    // The system assigns the ports, so that a changed port setting has no effect.
    private static readonly Dictionary<string, string?> Settings = new() { ["Gateway:Management:Port"] = "0" };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-broken-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Check_and_start_agree_on_every_broken_configuration_and_no_accepted_one_answers_500()
    {
        foreach (var (name, content) in FullConfiguration.Files)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), content, TestContext.Current.CancellationToken);
        }

        var file = Path.Combine(_folder.FullName, "yarp.json");
        await File.WriteAllTextAsync(file, BrokenConfiguration.Good().ToJsonString(), TestContext.Current.CancellationToken);
        (await CheckAsync(file)).ShouldBeEmpty("the configuration is good before it is spoilt");
        (await StartAsync(file)).ShouldBe((true, null));
        var outcomes = new List<(Damage Damage, bool IsAccepted)>();
        var faults = new List<string>();
        foreach (var broken in BrokenConfiguration.All(BrokenConfiguration.Good()))
        {
            await File.WriteAllTextAsync(file, broken.Json.ToJsonString(), TestContext.Current.CancellationToken);
            var errors = await CheckAsync(file);
            var (started, answer) = await StartAsync(file);
            outcomes.Add((broken.Damage, errors.Count == 0));
            var what = $"{broken.Damage} {broken.Path}";
            if (started != (errors.Count == 0))
            {
                faults.Add(
                    $"{what}: check found {errors.Count} errors, and the gateway {(started ? "started" : "did not start")}: {answer}");
            }
            else if (started && answer is not null)
            {
                faults.Add($"{what}: {answer}");
            }

            faults.AddRange(errors.Where(error => !IsPlain(error)).Select(error => $"{what}: {error}"));
        }

        var table = Table(outcomes);
        TestContext.Current.TestOutputHelper?.WriteLine(table);
        await File.WriteAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "broken-configurations.md"), table, TestContext.Current.CancellationToken);
        faults.ShouldBeEmpty(string.Join(Environment.NewLine, faults));
        outcomes.Count.ShouldBeGreaterThan(200);
    }

    private static async Task<IReadOnlyList<ConfigurationError>> CheckAsync(string file)
    {
        try
        {
            await GatewayApp.ReadAsync(new GatewayAppOptions { ConfigFile = file, Environment = "Production", Settings = Settings });
            return [];
        }
        catch (ConfigurationException fault)
        {
            return fault.Errors;
        }
    }

    /// <returns>True when it started, and what was wrong then with its answers.</returns>
    private static async Task<(bool Started, string? Answer)> StartAsync(string file)
    {
        try
        {
            await using var app = await GatewayApp.BuildAsync(new GatewayAppOptions
            {
                ConfigFile = file,
                Environment = "Production",
                Settings = Settings,
                Configure = builder => builder.Logging.ClearProviders().AddProvider(new LogCapture()),
            });
            await app.StartAsync(TestContext.Current.CancellationToken);
            var answer = await AskAsync(app);
            using var now = new CancellationTokenSource(TimeSpan.Zero);
            await app.StopAsync(now.Token);
            return (true, answer);
        }
        catch (Exception fault)
        {
            return (false, $"{fault.GetType().Name}: {fault.Message}");
        }
    }

    private static async Task<string?> AskAsync(WebApplication app)
    {
        if (!await app.Services.GetRequiredService<RouterProbe>().IsGoodAsync())
        {
            return "the router cannot be asked";
        }

        if (app.Urls.FirstOrDefault(url => url.StartsWith("http:", StringComparison.Ordinal)) is not { } address)
        {
            // The change removed the endpoint without TLS.
            return null;
        }

        using var client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(10) };
        foreach (var path in new[] { "/small/1/name", "/full/x", "/" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = path == "/" ? "small.example" : "www.aaaaa.com";
            var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            if (response.StatusCode == HttpStatusCode.InternalServerError)
            {
                return $"{path} is answered with 500";
            }
        }

        return null;
    }

    private static bool IsPlain(ConfigurationError error) =>
        Place().IsMatch(error.Location)
            && error.Problem.EndsWith('.')
            && error.Cure.Length > 5
            && error.Cure[^1] is '.' or '?'
            && !FrameworkText().IsMatch(error.ToString());

    private static string Table(List<(Damage Damage, bool IsAccepted)> outcomes) => string.Join(
        Environment.NewLine,
        outcomes.GroupBy(outcome => outcome.Damage).OrderBy(group => group.Key)
            .Select(group =>
                $"| {group.Key} | {group.Count()} | {group.Count(outcome => !outcome.IsAccepted)} | " +
                    $"{group.Count(outcome => outcome.IsAccepted)} |")

                .Prepend("| --- | --- | --- | --- |")
                .Prepend("| Damage | Configurations | Rejected by check and start | Accepted by both, no answer 500 |")
            .Append($"| all | {outcomes.Count} | {outcomes.Count(outcome => !outcome.IsAccepted)} | {outcomes.Count(outcome => outcome.IsAccepted)} |"));

    [GeneratedRegex(@"^(yarp\.json:\d+:\d+|override \w+)")]
    private static partial Regex Place();

    [GeneratedRegex(@"\b(System|Microsoft|Yarp)\.[A-Z]|Exception|\bI[A-Z][a-z]+[A-Z]\w+|has registered|\(Parameter '|\bnull\b")]
    private static partial Regex FrameworkText();
}
