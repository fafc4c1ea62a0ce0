using System.Globalization;
using System.Text;
using Gateway.Revocation;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks;

/// <summary>
/// A Redis with many revocations loses them all: how long until they are all there again, and what requests notice of it.
/// </summary>
internal static class PutBackCommand
{
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync()
    {
        var (count, rate, gateways, seconds) = (
            RotationCommand.Setting("ENTRIES", 1_000_000), RotationCommand.Setting("RATE", 100), RotationCommand.Setting("GATEWAYS", 2),
            RotationCommand.Setting("BEFORE", 15));
        // What is acknowledged here is not what is measured, and a flush for each of a million is.
        await using var redis = await RedisServer.StartAsync(null, "--appendfsync", "everysec");
        await using var site = await RevocationSite.StartAsync(redis.Connection, gateways, TimeSpan.FromSeconds(10));
        await site.FillAsync("many-", count - 1);
        await site.FillAsync("last-", 1);
        await UntilAsync(async () =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, gateways).Select(i => site.AskAsync(i, site.Token("last-0"))));
            return answers.All(status => status == 401);
        });
        List<Traffic> loads = [.. site.Gateways.Select(gateway => new Traffic(gateway.Client, rate)
        {
            Tokens = [
                new TrafficToken(site.Token("good")), new TrafficToken(site.Token("many-0"), true),
                new TrafficToken(site.Token("good-too"))],
        })];
        loads.ForEach(load => load.Start());
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        Take(loads);
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        var before = Take(loads);

        var start = TimeProvider.System.GetTimestamp();
        await redis.CommandAsync("FLUSHALL");
        await UntilAsync(async () => await LengthAsync(redis) >= count);
        var put = TimeProvider.System.GetElapsedTime(start);
        // Gateways compare again before they rest, and may write nothing more.
        await UntilAsync(async () => await redis.CommandAsync("EXISTS", "gateway:revocations:putting-back") == "0");
        var (done, during) = (TimeProvider.System.GetElapsedTime(start), Take(loads));
        var length = await LengthAsync(redis);
        var set = await site.ReadAsync();
        foreach (var load in loads)
        {
            await load.DisposeAsync();
        }

        var missing = Enumerable.Range(0, count - 1).Count(i => !set.IsRevoked(
            RevocationKind.Jti,
            RevocationKey.Of(RevocationKind.Jti, site.Issuer, string.Create(CultureInfo.InvariantCulture, $"many-{i}"))));
        var wrong = during.Concat(before).Count(answer => answer.Status != (answer.IsRemoved ? 401 : 200));
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{await DocsBlock.DescribeAsync()}, here `everysec`. {gateways} gateways, {rate} requests a second to each, one third with " +
                $"a revoked token.\n\n");
        text.Append(
            "| Entries | all in Redis again | at rest | written twice | missing | p50 before, during (ms) | p99 before, during (ms) | " +
                "wrong answers |\n");
        text.Append("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"| {count:#,0} | {put.TotalSeconds:0.0} s | {done.TotalSeconds:0.0} s | {length - count} | {missing} | " +
                $"{Good(before).Percentile(0.5):0.0}, {Good(during).Percentile(0.5):0.0} | {Good(before).Percentile(0.99):0.0}, " +
                $"{Good(during).Percentile(0.99):0.0} | {wrong} of {before.Count + during.Count} |");
        await DocsBlock.WriteAsync("put-back", text.ToString());
        return wrong == 0 && missing == 0 && length == count ? 0 : 1;
    }

    private static async Task<int> LengthAsync(RedisServer redis) =>
        int.TryParse(await redis.CommandAsync("XLEN", "gateway:revocations"), CultureInfo.InvariantCulture, out var length) ? length : 0;

    private static List<Answered> Take(IEnumerable<Traffic> loads) => [.. loads.SelectMany(load => load.Take())];

    private static Times Good(IEnumerable<Answered> answers) =>
        new(answers.Where(answer => !answer.IsRemoved).Select(answer => answer.Milliseconds));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > GiveUp)
            {
                throw new TimeoutException("The entries did not come.");
            }

            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }
}
