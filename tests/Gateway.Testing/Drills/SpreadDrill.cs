namespace Gateway.Testing.Drills;

/// <summary>How long a revocation took until one replica rejected its token.</summary>
/// <param name="SinceAsked">From the moment at which the operator sent it, in milliseconds.</param>
/// <param name="SinceAnswered">From the moment at which the operator had the answer; zero when it was in force before.</param>
internal readonly record struct Spread(int Gateway, double SinceAsked, double SinceAnswered);

/// <summary>
/// Tokens are revoked one after another at one replica, and a client of each replica, whose token was good until then, calls on until it
/// is rejected. Times are those of the client: the rejection has arrived.
/// </summary>
internal sealed class SpreadDrill(RevocationSite site, int perSecond, Func<int, string, Task<int>> revoke)
{
    private static readonly TimeSpan BetweenCalls = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(10);

    /// <param name="count">How many are revoked.</param>
    /// <param name="perSecond">The load of each replica beside that.</param>
    /// <param name="revoke">Revokes this token at this replica and returns the status; default <c>POST /admin/revocations</c>.</param>
    public static async Task<IReadOnlyList<Spread>> RunAsync(
        RevocationSite site, int count, int perSecond, Func<int, string, Task<int>>? revoke = null)
    {
        var drill = new SpreadDrill(site, perSecond, revoke ?? site.RevokeAsync);
        var loads = drill.StartLoads();
        try
        {
            await Task.Delay(WarmUp, TimeProvider.System);
            var spreads = new List<Spread>();
            for (var i = 0; i < count; i++)
            {
                spreads.AddRange(await drill.RevokeAsync($"spread-{i}"));
            }

            if (loads.SelectMany(load => load.Take()).FirstOrDefault(answer => answer.Status != 200) is { Token: not null } rejected)
            {
                throw new InvalidOperationException($"A good token was answered with {rejected.Status}: {rejected.Problem}");
            }

            return spreads;
        }
        finally
        {
            foreach (var load in loads)
            {
                await load.DisposeAsync();
            }
        }
    }

    private List<Traffic> StartLoads()
    {
        List<TrafficToken> tokens = [.. Enumerable.Range(0, 20).Select(i => new TrafficToken(site.Token($"good-{i}")))];
        List<Traffic> loads = [.. site.Gateways.Select(gateway => new Traffic(gateway.Client, perSecond) { Tokens = tokens })];
        loads.ForEach(load => load.Start());
        return loads;
    }

    private async Task<Spread[]> RevokeAsync(string id)
    {
        var token = site.Token(id);
        for (var i = 0; i < site.Gateways.Count; i++)
        {
            // From now on it is known to the replica, as that of a client is that has called before.
            if (await site.AskAsync(i, token) is not 200 and var status)
            {
                throw new InvalidOperationException($"A good token was answered with {status}.");
            }
        }

        var asked = TimeProvider.System.GetTimestamp();
        var rejected = Task.WhenAll(Enumerable.Range(0, site.Gateways.Count).Select(i => UntilRejectedAsync(i, token)));
        while (await revoke(0, id) is not (200 or 202) and var status)
        {
            // A disk may be busy for longer than the deadline; then the operator tries again, and the time runs on.
            if (status != 503 || TimeProvider.System.GetElapsedTime(asked) > GiveUp)
            {
                throw new InvalidOperationException($"A revocation was answered with {status}.");
            }
        }

        var answered = TimeProvider.System.GetTimestamp();

        return [.. (await rejected).Select((at, i) => new Spread(
            i, Milliseconds(asked, at), Math.Max(0, Milliseconds(answered, at))))];
    }

    private async Task<long> UntilRejectedAsync(int gateway, string token)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (await site.AskAsync(gateway, token) != 401)
        {
            if (TimeProvider.System.GetElapsedTime(start) > GiveUp)
            {
                throw new TimeoutException($"A revoked token was accepted for {GiveUp.TotalSeconds} s.");
            }

            await Task.Delay(BetweenCalls, TimeProvider.System);
        }

        return TimeProvider.System.GetTimestamp();
    }

    private static double Milliseconds(long from, long to) => TimeProvider.System.GetElapsedTime(from, to).TotalMilliseconds;
}
