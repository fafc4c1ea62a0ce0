using System.Text.Json;
using Gateway.Benchmarks.Measure.Load;
using Gateway.Benchmarks.Measure.Peers;
using Gateway.Benchmarks.Measure.Plan;

namespace Gateway.Benchmarks.Measure;

/// <summary>What a peer responds to bad tokens: a peer that checks less may be faster for that reason.</summary>
/// <param name="Statuses">By what is wrong with the token; 0 for no response.</param>
internal sealed record BadTokenRow(string Title, IReadOnlyDictionary<string, int> Statuses)
{
    /// <param name="tokens">The folder with the signed tokens and the bad ones.</param>
    public static async Task<IReadOnlyList<BadTokenRow>> AskAsync(
        IReadOnlyList<EntryPlan> entries, PeerPool pool, string tokens, CancellationToken cancellationToken)
    {
        var checks = JsonSerializer.Deserialize<Dictionary<string, string>>(
            await File.ReadAllTextAsync(Path.Combine(tokens, "checks.json"), cancellationToken))!;
        var good = File.ReadLines(Path.Combine(tokens, "RS256.txt")).First();
        var rows = new List<BadTokenRow>();
        foreach (var entry in entries)
        {
            var peer = pool.Of(entry.Runs)[0];
            var source = new RequestSource(
                TokenKind.Known, () => MeasuredRequest.Bearer(good), () => MeasuredRequest.Bearer(checks["bad signature"]), _ => [],
                IsCyclic: true);
            await PeerCheck.RunAsync(peer, Transport.Http1, source, cancellationToken);
            var statuses = new Dictionary<string, int>();
            foreach (var (wrong, token) in checks)
            {
                statuses[wrong] = await PeerCheck.AskAsync(peer, Transport.Http1, MeasuredRequest.Bearer(token), cancellationToken);
            }

            rows.Add(new BadTokenRow(entry.Title, statuses));
        }

        return rows;
    }
}
