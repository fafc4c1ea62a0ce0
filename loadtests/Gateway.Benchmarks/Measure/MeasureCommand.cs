using System.Globalization;
using System.Runtime.InteropServices;
using Gateway.Benchmarks.Measure.Plan;
using Gateway.Benchmarks.Servers;
using Gateway.Testing;

namespace Gateway.Benchmarks.Measure;

/// <summary>
/// Measures what a request costs the gateway and its peers: loadtests/measure.sh. It ends with 0 when the figures count, with 2 when the
/// A/A pair says that they do not.
/// </summary>
internal static class MeasureCommand
{
    public const int NotValid = 2;

    // The file of a plan, its block in docs/performance.md, and the file with its turns beside that page.
    public const string StandardPlan = "measure", SettingsPlan = "settings";

    /// <summary>The goals of the drills.</summary>
    public static DrillLimits Limits =>
        ReadPlan(isQuick: false).Limits ?? throw new InvalidDataException("loadtests/measure.json has no limits.");

    public static async Task<int> RunAsync(string artifacts, string name, CancellationToken cancellationToken)
    {
        var isQuick = Environment.GetEnvironmentVariable("QUICK") == "1";
        var plan = ReadPlan(isQuick, name);
        var seed = Seed();
        var scenarios = Chosen(plan);
        var tokens = TokensFolder(artifacts, plan);
        if (Environment.GetEnvironmentVariable("PREPARE") == "1")
        {
            return 0;
        }

        var run = new MeasureRun(plan, seed, tokens, Path.Combine(artifacts, "product"));
        var (results, statuses) = await run.RunAsync(scenarios, 0, cancellationToken);
        var result = new MeasureResult(plan, seed, await DescribeAsync(), SignatureCosts.Measure(tokens), results, statuses);
        var json = MeasureJson.Of(result);
        await File.WriteAllTextAsync(Path.Combine(artifacts, $"{name}.json"), json, cancellationToken);
        var report = MeasureReport.Of(result);
        if (isQuick || result.WhyNotValid is not null || scenarios.Count < plan.Scenarios.Count)
        {
            var why = isQuick ? "a quick trial, whose figures mean nothing" : result.WhyNotValid ?? "scenarios were left out";
            Console.WriteLine($"\n{report}\n\nNot for the docs: {why}.");
            return result.WhyNotValid is null || isQuick ? 0 : NotValid;
        }

        await DocsBlock.WriteAsync(name, report, DocsBlock.Performance, "loadtests/measure.sh");
        if (DocsBlock.IsWriting)
        {
            await File.WriteAllTextAsync(Path.Combine(Script.Root, "docs", $"{name}.json"), json, cancellationToken);
        }

        return 0;
    }

    public static MeasurePlan ReadPlan(bool isQuick, string name = StandardPlan)
    {
        var plan = MeasurePlan.Read(Path.Combine(Script.Root, "loadtests", $"{name}.json"));
        return isQuick ? plan.Quick() : plan;
    }

    /// <summary>SEED, or a new one; printed, so that a run can be repeated with the same turns.</summary>
    public static int Seed()
    {
        var isGiven = int.TryParse(Environment.GetEnvironmentVariable("SEED"), CultureInfo.InvariantCulture, out var given);
        var seed = isGiven ? given : Random.Shared.Next(1, 1_000_000);
        Console.WriteLine($"SEED={seed}");
        return seed;
    }

    /// <summary>Signs the tokens of a run when its folder is not complete: a minute, once.</summary>
    public static string TokensFolder(string artifacts, MeasurePlan plan)
    {
        var folder = Path.Combine(artifacts, string.Create(CultureInfo.InvariantCulture, $"tokens-{plan.Tokens}"));
        if (!File.Exists(Path.Combine(folder, "checks.json")))
        {
            Console.WriteLine($"Signing {plan.Tokens} tokens of each algorithm.");
            TokensCommand.Run(folder, plan.Tokens);
        }

        return folder;
    }

    private static IReadOnlyList<ScenarioPlan> Chosen(MeasurePlan plan)
    {
        var names = Environment.GetEnvironmentVariable("SCENARIOS")?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var known = plan.Scenarios.Select(scenario => scenario.Name).ToList();
        return names?.Except(known).FirstOrDefault() is { } unknown
            ? throw new ArgumentException($"SCENARIOS names \"{unknown}\", which does not exist. Known: {string.Join(' ', known)}.")
            : [.. plan.Scenarios.Where(scenario => names?.Contains(scenario.Name) != false)];
    }

    private static async Task<string> DescribeAsync()
    {
        var commit = (await Script.RunAsync("git", ["rev-parse", "--short", "HEAD"])).Output.Trim();
        var haproxy = (await Script.RunAsync("/usr/sbin/haproxy", ["-v"])).Output.Split(' ').ElementAtOrDefault(2);
        var nginx = (await Script.RunAsync("/usr/sbin/nginx", ["-v"])).Errors.Trim().Split('/').LastOrDefault();
        var apache = (await Script.RunAsync("/usr/sbin/apache2", ["-v"])).Output.Split('/', ' ').ElementAtOrDefault(3);
        var yarp = typeof(Yarp.ReverseProxy.Configuration.RouteConfig).Assembly.GetName().Version?.ToString(3);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, commit {commit}, {Environment.ProcessorCount} cores shared by everything, ")
            + $"{RuntimeInformation.FrameworkDescription}, YARP {yarp}, HAProxy {haproxy}, nginx {nginx}, Apache {apache}";
    }
}
