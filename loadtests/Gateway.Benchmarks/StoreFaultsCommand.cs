using System.Globalization;
using System.Text;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks;

/// <summary>The matrix of what can happen to Redis, under load. Fails when a promise is not kept.</summary>
internal static class StoreFaultsCommand
{
    private const double MoreAtMost = 5;
    private static readonly TimeSpan InStepWithin = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync()
    {
        var plan = new StoreFaultPlan(
            RotationCommand.Setting("RATE", 100), RotationCommand.Setting("REVOKED_RATE", 25), RotationCommand.Setting("ARRIVING", 10),
            TimeSpan.FromSeconds(RotationCommand.Setting("BEFORE", 15)),
            TimeSpan.FromSeconds(RotationCommand.Setting("MAX_STALENESS", 10)));
        var (gateways, hold, hang) =
            (RotationCommand.Setting("GATEWAYS", 2), RotationCommand.Setting("HOLD", 15), RotationCommand.Setting("HANG", 60));
        var results = new List<StoreFaultResult>();
        foreach (var part in (Environment.GetEnvironmentVariable("PARTS") ?? string.Join(' ', StoreFaultMatrix.Parts)).Split(' '))
        {
            await StoreFaultMatrix.RunAsync(part, gateways, plan, TimeSpan.FromSeconds(hold), TimeSpan.FromSeconds(hang), result =>
            {
                results.Add(result);
                Console.WriteLine($"{Row(result)} {result.FirstWrong}");
            });
        }

        await DocsBlock.WriteAsync("store-faults", await ReportAsync(results, plan, gateways, hold, hang));
        var broken = results.Where(result => Complaint(result) is not null).ToList();
        broken.ForEach(result => Console.WriteLine($"{result.Name}: {Complaint(result)}"));
        return broken.Count == 0 ? 0 : 1;
    }

    private static string? Complaint(StoreFaultResult result) => result switch
    {
        { WrongAccepts: > 0 } => "a revoked token was let through",
        { Lost: > 0 } => "an acknowledged revocation was lost",
        { Wrong: > 0 } => $"an answer that is not foreseen: {result.FirstWrong}",
        { InStep: null } => "not in step again",
        { InStep: { } inStep } when inStep > InStepWithin => "in step again too late",
        _ when More(result) > MoreAtMost => "requests were delayed",
        _ => null,
    };

    private static double More(StoreFaultResult result) => result.During.Percentile(0.99) - result.Before.Percentile(0.99);

    private static async Task<string> ReportAsync(
        IReadOnlyList<StoreFaultResult> results, StoreFaultPlan plan, int gateways, int hold, int hang)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{await DocsBlock.DescribeAsync()}. {gateways} gateways, each with {plan.PerSecond} good requests and {plan.Revoked} with " +
                $"revoked tokens a second; ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{plan.Arriving} new revocations a second. A fault lasts {hold} s, hanging {hang} s; `MaxStaleness` is " +
                $"{plan.MaxStaleness.TotalSeconds:0} s.\n\n");
        text.Append(
            "| Redis | requests | p50 before, during (ms) | p99 before, during (ms) | 503, list too old | any other failure | wrongly " +
                "let through | kept, refused, lost | in step after | open files before, most |\n");
        text.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (var result in results)
        {
            text.Append(Row(result)).Append('\n');
        }

        return text.ToString().TrimEnd();
    }

    private static string Row(StoreFaultResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {result.Name} | {result.During.Count} | {result.Before.Percentile(0.5):0.0}, {result.During.Percentile(0.5):0.0} | " +
            $"{result.Before.Percentile(0.99):0.0}, {result.During.Percentile(0.99):0.0} | {result.TooOld} | {result.Wrong} | " +
            $"{result.WrongAccepts} | {result.Kept}, {result.NotKept}, {result.Lost} | " +
            $"{(result.InStep is { } inStep ? string.Create(CultureInfo.InvariantCulture, $"{inStep.TotalSeconds:0.0} s") : "never")} | " +
            $"{result.Descriptors.Before}, {result.Descriptors.Most} |");
}
