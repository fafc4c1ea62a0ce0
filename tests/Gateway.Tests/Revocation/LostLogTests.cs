using FsCheck;
using FsCheck.Fluent;
using Gateway.Revocation;
using Gateway.Tests.Tokens;
using Gateway.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Revocation;

/// <summary>
/// Random sequences of revoking, restoring, expiring, losing the connection and losing data, played to two replicas of the follower
/// and to a model that is a dictionary.
/// </summary>
public sealed class LostLogTests
{
    private const int Names = 6;
    private static readonly string[] Groups = ["Sub", "Sid"];

    private readonly Shop _shop = new();
    private readonly (AccessToken Token, RevocationKind Kind, string Value, long Issued)[] _tokens;

    public LostLogTests()
    {
        _tokens =
        [
            .. Enumerable.Range(0, Names).Select(
                i => (Accept("jti", $"name-{i}", 0), RevocationKind.Jti, $"name-{i}", _shop.Clock.UnixSeconds)),
            .. Enumerable.Range(0, Names).SelectMany(i => Enumerable.Range(0, 3).Select(ago =>
                (
                    Accept(i % 2 == 0 ? "sub" : "sid", $"name-{i}", ago), Enum.Parse<RevocationKind>(Groups[i % 2]), $"name-{i}",
                    _shop.Clock.UnixSeconds - ago))),
        ];
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("restored", true)]
    [InlineData("lost", true)]
    // A replica that was away while a restoring was lost may revoke again; what is revoked is never restored.
    [InlineData("restored, lost", false)]
    public void Replicas_agree_with_the_model_whatever_happens_to_the_log(string happens, bool isExact)
    {
        var areLost = happens.Contains("lost", StringComparison.Ordinal);
        var last = happens.Contains("restored", StringComparison.Ordinal) ? RevocationOperation.Restore : RevocationOperation.Revoke;
        var entry = from token in Gen.Choose(0, _tokens.Length - 1)
                    from operation in Gen.Elements(RevocationOperation.Revoke, RevocationOperation.Revoke, last)
                    from minutes in Gen.Choose(1, 20)
                    select (Step)new Written(token, operation, minutes);
        var passed = from minutes in Gen.Choose(1, 6) select (Step)new Passed(minutes);
        var connected = from isConnected in Gen.Elements(true, false) select (Step)new Connected(isConnected);
        var lost = from kept in Gen.Choose(0, 20) select (Step)new Lost(kept);
        var snapped = from replica in Gen.Choose(0, 1) select (Step)new Snapped(replica);
        var step = Gen.Frequency(
            (12, entry), (2, passed), (3, connected), (areLost ? 2 : 0, lost), (2, snapped), (1, Gen.Constant((Step)new Started())));
        Prop.ForAll(
            Arb.From(Gen.ListOf(step), WithoutOne),
            steps => PlayAsync([.. steps], isExact).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public Task Revocation_in_its_last_minute_is_put_back_where_the_log_kept_one_of_the_name_that_is_over() =>
        PlayAsync(
            [
                new Written(11, RevocationOperation.Revoke, 11), new Written(15, RevocationOperation.Revoke, 5),
                new Written(2, RevocationOperation.Revoke, 5),
                new Written(11, RevocationOperation.Revoke, 12), new Passed(17), new Lost(3), new Started(),
            ],
            isExact: true);

    private static IEnumerable<List<Step>> WithoutOne(List<Step> steps) =>
        Enumerable.Range(0, steps.Count).Select(left => steps.Where((_, i) => i != left).ToList());

    private async Task PlayAsync(IReadOnlyList<Step> steps, bool isExact)
    {
        var clock = new FrozenClock();
        var log = new LosingLog();
        var snapshots = new MemorySnapshots();
        var replicas = new List<Replica> { new(log, snapshots, clock), new(log, snapshots, clock) };
        var model = new Dictionary<RevocationKey, (RevocationKind Kind, int Minute, long CutOff)>();
        foreach (var step in steps)
        {
            switch (step)
            {
                case Written(var index, var operation, var minutes):
                    var entry = Entry(_tokens[index].Kind, _tokens[index].Value, operation, clock.GetUtcNow(), minutes);
                    log.Append([entry]);
                    Apply(model, entry);
                    break;
                case Passed(var minutes):
                    clock.Advance(TimeSpan.FromMinutes(minutes));
                    break;
                case Connected(var isConnected):
                    replicas[0].View.IsConnected = isConnected;
                    break;
                case Lost(var kept):
                    log.Lose(kept);
                    break;
                case Started when replicas.Count < 4:
                    replicas.Add(new Replica(log, snapshots, clock));
                    break;
                case Snapped(var replica):
                    await replicas[replica].Writer.TurnAsync(CancellationToken.None);
                    break;
            }

            await SettleAsync(replicas);
            foreach (var (gone, _) in model.Where(mark => mark.Value.Minute < RevocationClock.MinuteOf(clock.GetUtcNow())).ToList())
            {
                model.Remove(gone);
            }

            foreach (var replica in replicas.Where(replica => replica.View.IsConnected))
            {
                Agree(replica.List.Set, model, isExact, steps);
            }
        }
    }

    /// <summary>Until nobody puts anything back, and everybody has read everything.</summary>
    private static async Task SettleAsync(List<Replica> replicas)
    {
        var present = replicas.Where(replica => replica.View.IsConnected).ToList();
        bool isBusy;
        do
        {
            isBusy = false;
            foreach (var replica in present)
            {
                isBusy |= !await replica.Follower.TurnAsync(CancellationToken.None);
                isBusy |= replica.Follower.IsPuttingBack;
            }
        }
        while (isBusy);
        foreach (var replica in present)
        {
            // At most one reading fails.
            (await replica.Follower.TurnAsync(CancellationToken.None)
                || await replica.Follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        }
    }

    private void Agree(
        RevocationSet set, Dictionary<RevocationKey, (RevocationKind Kind, int Minute, long CutOff)> model, bool isExact,
        IReadOnlyList<Step> steps)
    {
        foreach (var (token, kind, value, issued) in _tokens)
        {
            var isRevoked = model.TryGetValue(RevocationKey.Of(kind, Shop.Issuer, value), out var mark) && issued <= mark.CutOff;
            if (set.IsRevoked(token) != isRevoked && (isRevoked || isExact))
            {
                Assert.Fail($"{kind} {value} of {issued} is {(isRevoked ? "not " : "")}revoked after {string.Join("; ", steps)}");
            }
        }

        if (isExact)
        {
            set.Count.ShouldBe(model.Count);
        }
    }

    private RevocationEntry Entry(RevocationKind kind, string value, RevocationOperation operation, DateTimeOffset now, int minutes) =>
        new(
            kind, Shop.Issuer, value,
            // As the command does: what takes back lives longer than what it takes back.
            now.AddMinutes(operation == RevocationOperation.Restore ? 60 : minutes).ToUnixTimeSeconds(),
            // One cut-off a name: of two, the later one counts, and for how long depends on when they are read.
            value[^1] % 3 == 0 ? null : _shop.Clock.UnixSeconds - 1, operation);

    private static void Apply(Dictionary<RevocationKey, (RevocationKind Kind, int Minute, long CutOff)> model, RevocationEntry entry)
    {
        if (entry.Operation == RevocationOperation.Restore)
        {
            model.Remove(entry.Key);
            return;
        }

        var (minute, cutOff) =
            (RevocationClock.MinuteOf(entry.Expires), entry.Kind == RevocationKind.Jti ? long.MaxValue : entry.Before ?? long.MaxValue);
        model[entry.Key] = model.TryGetValue(entry.Key, out var known)
            ? (entry.Kind, Math.Max(known.Minute, minute), Math.Max(known.CutOff, cutOff))
            : (entry.Kind, minute, cutOff);
    }

    private AccessToken Accept(string claim, string value, int ago) =>
        _shop.Accept(_shop.Token().With("sub", "nobody").With(claim, value).With("iat", _shop.Clock.UnixSeconds - ago));

    private sealed class Replica
    {
        public Replica(LosingLog log, MemorySnapshots snapshots, TimeProvider time)
        {
            View = new LosingLog.View(log);
            List = new RevocationList(time, TimeSpan.FromSeconds(10));
            var progress = new SnapshotProgress();
            var loader = new SnapshotLoader([snapshots], View, progress, time, NullLogger<SnapshotLoader>.Instance);
            Follower = new RevocationFollower(View, List, time, NullLogger<RevocationFollower>.Instance, loader);
            Writer = new SnapshotWriter(snapshots, List.Set, progress, MemorySnapshots.Always, time, NullLogger<SnapshotWriter>.Instance);
        }

        public SnapshotWriter Writer { get; }

        public LosingLog.View View { get; }

        public RevocationList List { get; }

        public RevocationFollower Follower { get; }
    }

    private abstract record Step;

    private sealed record Written(int Token, RevocationOperation Operation, int Minutes) : Step;

    private sealed record Passed(int Minutes) : Step;

    private sealed record Connected(bool IsConnected) : Step;

    private sealed record Lost(int Kept) : Step;

    private sealed record Started : Step;

    private sealed record Snapped(int Replica) : Step;
}
