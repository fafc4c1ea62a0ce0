using System.Globalization;

namespace Gateway.Testing.Drills;

/// <summary>How hard, how long, and what is promised.</summary>
/// <param name="PerSecond">Requests with good tokens to each gateway.</param>
/// <param name="Revoked">Requests with revoked tokens to each gateway, a second.</param>
/// <param name="Arriving">New revocations a second.</param>
/// <param name="Before">How long is measured without a fault.</param>
internal sealed record StoreFaultPlan(int PerSecond, int Revoked, int Arriving, TimeSpan Before, TimeSpan MaxStaleness);

/// <summary>One row of the matrix. Times are of requests with good tokens, in milliseconds.</summary>
/// <param name="TooOld">503 where the list was older than <c>MaxStaleness</c> and the policy says so.</param>
/// <param name="Wrong">Any other answer to a good token but 200, and any answer to a revoked one or to an operator that is not
/// foreseen.</param>
/// <param name="WrongAccepts">Revoked tokens let through longer after the acknowledgement than promised.</param>
/// <param name="Kept">Revocations that were acknowledged.</param>
/// <param name="NotKept">Revocations that were rejected with 503.</param>
/// <param name="Lost">Acknowledged revocations that some gateway does not enforce or Redis does not have in the end.</param>
/// <param name="InStep">From the end of the fault until everything works again and nothing is missing; null when that did not come.</param>
/// <param name="Descriptors">Open files of a gateway before, and the most there were until the end.</param>
internal sealed record StoreFaultResult(
    string Name, Times Before, Times During, int TooOld, int Wrong, string? FirstWrong, int WrongAccepts, int Kept, int NotKept, int Lost,
    TimeSpan? InStep, (int Before, int Most) Descriptors);

/// <summary>
/// Something happens to Redis while clients call with good tokens and with revoked ones and operators revoke more. Requests go to a route
/// that rejects when the list is too old and to one that does not.
/// </summary>
internal sealed class StoreFaultDrill(RevocationSite site, StoreFaultPlan plan)
{
    private const int Tokens = 20;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(250);

    private readonly List<Traffic> _good = [.. site.Gateways.Select(gateway => new Traffic(gateway.Client, plan.PerSecond))];
    private readonly List<Traffic> _revoked = [.. site.Gateways.Select(gateway => new Traffic(gateway.Client, plan.Revoked))];
    private readonly List<RevokedToken> _known = [];

    /// <summary>One fault after another at the same site.</summary>
    public async Task RunAsync(IEnumerable<StoreFault> faults, Action<StoreFaultResult> report)
    {
        try
        {
            await StartAsync();
            foreach (var (fault, i) in faults.Select((fault, i) => (fault, i)))
            {
                report(await RunAsync(fault, string.Create(CultureInfo.InvariantCulture, $"during-{i}-")));
            }
        }
        finally
        {
            foreach (var traffic in _good.Concat(_revoked))
            {
                await traffic.DisposeAsync();
            }
        }
    }

    private async Task StartAsync()
    {
        List<TrafficToken> good =
        [
            .. Enumerable.Range(0, Tokens).Select(i => new TrafficToken(
                site.Token(string.Create(CultureInfo.InvariantCulture, $"good-{i}")),
                Path: i % 2 == 0 ? RevocationSite.Strict : RevocationSite.Lenient)),
        ];
        for (var i = 0; i < Tokens; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"known-{i}");
            var gateway = i % site.Gateways.Count;
            await Eventually.TrueAsync(
                async () => await site.RevokeAsync(gateway, id) == 200, "a revocation is taken before anything has happened");
            // Known to all before the first request, so it is never let through, however old the list.
            _known.Add(new RevokedToken(id, site.Token(id), 0, i % 2 == 0 ? RevocationSite.Strict : RevocationSite.Lenient));
        }

        await UntilEnforcedAsync(_known);
        _good.ForEach(traffic => traffic.Tokens = good);
        _revoked.ForEach(traffic => traffic.Tokens = [.. _known]);
        _good.Concat(_revoked).ToList().ForEach(traffic => traffic.Start());
        await Task.Delay(plan.Before, TimeProvider.System);
    }

    private async Task<StoreFaultResult> RunAsync(StoreFault fault, string prefix)
    {
        await fault.PrepareAsync();
        site.Forget();
        await using var arriving = new ArrivingRevocations(site, plan.Arriving, prefix);
        arriving.Start();
        await TakeAsync();
        await WaitAsync(plan.Before, arriving);
        var before = await TakeAsync();
        var descriptors = Descriptors();

        var started = TimeProvider.System.GetTimestamp();
        await fault.StartAsync();
        var most = await WaitAsync(fault.Hold, arriving);
        await fault.EndAsync();
        var ended = TimeProvider.System.GetTimestamp();
        await arriving.StopAsync();
        var inStep = await UntilInStepAsync(arriving, prefix) ? TimeProvider.System.GetElapsedTime(ended) : (TimeSpan?)null;
        most = Math.Max(most, Descriptors());
        var during = await TakeAsync();
        var lost = inStep is null ? await LostAsync(arriving.Acknowledged) : 0;

        var answers = during.Concat(before).ToList();
        // The list was at most a poll old when it could no longer be read.
        var mayReject = fault.IsReadable
            ? long.MaxValue
            : started + (long)(plan.MaxStaleness.TotalSeconds * 0.5 * TimeProvider.System.TimestampFrequency);
        var bound = (long)(plan.MaxStaleness.TotalSeconds * TimeProvider.System.TimestampFrequency);
        // What Redis lost that only one gateway had read by then is the others' when that one has put it back.
        bool IsPutBackLater(Answered answer, RevokedToken token) =>
            fault.LosesWrites && token.Acknowledged > started - TimeProvider.System.TimestampFrequency && answer.Sent < ended + bound;
        // Allow promises nothing about what was revoked while the list could not be read.
        bool IsForbidden(Answered answer, RevokedToken token) =>
            token.Acknowledged == 0
            || (answer.Sent > token.Acknowledged + bound
                && (fault.IsReadable || token.Path == RevocationSite.Strict)
                && !IsPutBackLater(answer, token));
        var tooOld = answers.Count(answer => IsTooOld(answer, mayReject));
        var accepted = answers.Where(answer => answer is { Token: RevokedToken token, Status: 200 } && IsForbidden(answer, token)).ToList();
        var wrong = answers.Where(answer => IsWrong(answer) && !IsTooOld(answer, mayReject)).ToList();
        return new StoreFaultResult(
            fault.Name, Good(before), Good(during), tooOld, wrong.Count + arriving.Broken,
            wrong.Concat(accepted).Select(answer => Describe(answer, started)).FirstOrDefault(), accepted.Count,
            arriving.Acknowledged.Count, arriving.Rejected, lost, inStep, (descriptors, most));
    }

    private static string Describe(Answered answer, long started)
    {
        var token = answer.Token as RevokedToken;
        var acknowledged = token is null or { Acknowledged: 0 } ? "" : $", revoked after {Seconds(token.Acknowledged)} s";
        return $"{answer.Status} on {answer.Token.Path} after {Seconds(answer.Sent)} s{acknowledged}: {answer.Problem}";

        string Seconds(long moment) =>
            ((double)(moment - started) / TimeProvider.System.TimestampFrequency).ToString("0.00", CultureInfo.InvariantCulture);
    }

    private static Times Good(IEnumerable<Answered> answers) =>
        new(answers.Where(answer => !answer.IsRemoved).Select(answer => answer.Milliseconds));

    private static bool IsTooOld(Answered answer, long mayReject) =>
        answer.Status == 503 && answer.Token.Path == RevocationSite.Strict && answer.Sent > mayReject;

    // A revoked token that is let through is counted by itself.
    private static bool IsWrong(Answered answer) => answer.Status != 200 && (answer.Status != 401 || !answer.IsRemoved);

    /// <summary>Lets the time pass; what is acknowledged meanwhile is sent like the rest. The most open files there were.</summary>
    private async Task<int> WaitAsync(TimeSpan length, ArrivingRevocations arriving)
    {
        var start = TimeProvider.System.GetTimestamp();
        var most = 0;
        do
        {
            var left = length - TimeProvider.System.GetElapsedTime(start);
            await Task.Delay(left < SampleEvery ? left : SampleEvery, TimeProvider.System);
            // The newest most of all: they are the ones that somebody may not know of yet.
            List<TrafficToken> revoked = [.. _known, .. arriving.Acknowledged.TakeLast(Tokens)];
            _revoked.ForEach(traffic => traffic.Tokens = revoked);
            most = Math.Max(most, Descriptors());
        }
        while (TimeProvider.System.GetElapsedTime(start) < length);
        return most;
    }

    /// <summary>
    /// Every gateway takes revocations, all enforce them, the list is young everywhere, and Redis has every one there ever was.
    /// </summary>
    private async Task<bool> UntilInStepAsync(ArrivingRevocations arriving, string prefix)
    {
        try
        {
            var afterwards = new List<RevokedToken>();
            for (var i = 0; i < site.Gateways.Count; i++)
            {
                var (gateway, id) = (i, $"{prefix}afterwards-{i}");
                await Eventually.TrueAsync(async () => await site.RevokeAsync(gateway, id) == 200, "a revocation is kept");
                afterwards.Add(new RevokedToken(id, site.Token(id), TimeProvider.System.GetTimestamp()));
            }

            var good = site.Token("good-afterwards");
            for (var i = 0; i < site.Gateways.Count; i++)
            {
                var gateway = i;
                await Eventually.TrueAsync(async () => await site.AskAsync(gateway, good) == 200, "the list is young");
            }

            List<RevokedToken> all = [.. _known, .. arriving.Acknowledged, .. afterwards];
            await UntilEnforcedAsync(all);
            await Eventually.TrueAsync(() => site.IsInRedisAsync(all.Select(token => token.Id)), "Redis has all revocations");
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private Task UntilEnforcedAsync(IEnumerable<RevokedToken> tokens) => Parallel.ForEachAsync(
        tokens.SelectMany(token => Enumerable.Range(0, site.Gateways.Count).Select(gateway => (token, gateway))),
        new ParallelOptions { MaxDegreeOfParallelism = 8 },
        async (pair, _) =>
            await Eventually.TrueAsync(
                async () => await site.AskAsync(pair.gateway, pair.token.Text) == 401, "a revoked token is rejected"));

    private async Task<int> LostAsync(IEnumerable<RevokedToken> tokens)
    {
        var lost = 0;
        foreach (var token in tokens)
        {
            var answers = await Task.WhenAll(
                Enumerable.Range(0, site.Gateways.Count).Select(i => site.AskAsync(i, token.Text, RevocationSite.Lenient)));
            lost += answers.All(status => status == 401) && await site.IsInRedisAsync([token.Id]) ? 0 : 1;
        }

        return lost;
    }

    /// <summary>What was answered since the last time.</summary>
    private async Task<List<Answered>> TakeAsync()
    {
        await Task.WhenAll(_good.Concat(_revoked).Select(traffic => traffic.SettleAsync()));
        return [.. _good.Concat(_revoked).SelectMany(traffic => traffic.Take())];
    }

    private int Descriptors() => site.Gateways.Max(gateway => Directory.GetFileSystemEntries($"/proc/{gateway.ProcessId}/fd").Length);
}
