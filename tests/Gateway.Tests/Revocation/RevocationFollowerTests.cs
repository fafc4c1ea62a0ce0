using System.Threading.Channels;
using Gateway.Revocation;
using Gateway.Telemetry;
using Gateway.Testing;
using Gateway.Tests.Tokens;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Revocation;

public sealed class RevocationFollowerTests : IDisposable
{
    private readonly LoggerFactory _loggers = new();
    private readonly Shop _shop = new();
    private readonly ManualClock _clock = new();

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task Log_read_again_never_takes_back_what_it_still_says()
    {
        var entry = new RevocationEntry(RevocationKind.Sub, Shop.Issuer, "alice", 4_000_000_000, 4_000_000_000);
        var restore = entry with { Operation = RevocationOperation.Restore };
        var log = new ScriptedLog();
        var list = new RevocationList(_clock, TimeSpan.FromSeconds(10));
        using var follower = new RevocationFollower(log, list, _clock, _loggers.CreateLogger<RevocationFollower>());
        log.Pages.Enqueue(() => new RevocationPage([entry, restore, entry], new LogPosition(3), IsLast: true));
        await follower.StartAsync(CancellationToken.None);
        var token = _shop.Accept(_shop.Token());
        list.Check(token).ShouldBe(RevocationStatus.Revoked);

        // A store that starts over fails between the page that restores and the page that revokes again.
        log.Pages.Enqueue(() => new RevocationPage([entry, restore], new LogPosition(2), IsLast: false));
        log.Pages.Enqueue(() => throw new IOException("gone"));
        log.Change();
        await log.Drained;

        list.Check(token).ShouldBe(RevocationStatus.Revoked);
        await follower.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_only_this_replica_knows_after_a_loss_survives_a_fault_in_reading_again()
    {
        RevocationEntry Of(string id) => new(RevocationKind.Jti, Shop.Issuer, id, 4_000_000_000);
        var log = new ScriptedLog();
        var list = new RevocationList(_clock, TimeSpan.FromSeconds(10));
        using var follower = new RevocationFollower(log, list, _clock, _loggers.CreateLogger<RevocationFollower>());
        log.Pages.Enqueue(() => new RevocationPage([Of("early")], new LogPosition(1), IsLast: true));
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();

        // One had been read and waited for the next page, the other one was acknowledged here, and then neither is in the log.
        log.Pages.Enqueue(() => new RevocationPage([Of("read")], new LogPosition(2), IsLast: false));
        log.Pages.Enqueue(() => new RevocationPage([Of("acknowledged")], default, IsLast: false, IsAfterLoss: true));
        log.Pages.Enqueue(() => new RevocationPage([Of("early"), Of("read")], new LogPosition(2), IsLast: false));
        log.Pages.Enqueue(() => throw new IOException("gone"));
        log.Change();
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeFalse();
        list.Check(_shop.Accept(_shop.Token().With("jti", "acknowledged"))).ShouldBe(RevocationStatus.Revoked);
        // The one that answers now has less than the one that answered before.
        log.Pages.Enqueue(() => new RevocationPage([Of("early")], new LogPosition(1), IsLast: true));
        await Eventually.TrueAsync(
            async () => await follower.TurnAsync(CancellationToken.None) && !follower.IsPuttingBack, "all is put back");

        list.Check(_shop.Accept(_shop.Token().With("jti", "acknowledged"))).ShouldBe(RevocationStatus.Revoked);
        list.Check(_shop.Accept(_shop.Token().With("jti", "read"))).ShouldBe(RevocationStatus.Revoked);
        log.Appended.Select(entry => entry.Key).ShouldBe([Of("read").Key, Of("acknowledged").Key], ignoreOrder: true);
    }

    [Fact]
    public async Task Reading_goes_on_from_the_last_page_that_came_before_a_fault_so_that_its_loss_is_seen()
    {
        var log = new ScriptedLog();
        var list = new RevocationList(_clock, TimeSpan.FromSeconds(10));
        using var follower = new RevocationFollower(log, list, _clock, _loggers.CreateLogger<RevocationFollower>());
        log.Pages.Enqueue(() => new RevocationPage([], new LogPosition(1), IsLast: true));
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();

        log.Pages.Enqueue(
            () => new RevocationPage([new(RevocationKind.Jti, Shop.Issuer, "read", 4_000_000_000)], new LogPosition(2), IsLast: false));
        log.Pages.Enqueue(() => throw new IOException("gone"));
        log.Change();
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeFalse();
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();

        log.Asked.ShouldBe([default, new LogPosition(1), new LogPosition(2), new LogPosition(2)]);
        list.Check(_shop.Accept(_shop.Token().With("jti", "read"))).ShouldBe(RevocationStatus.Revoked);
    }

    [Fact]
    public async Task List_is_as_old_as_the_question_that_a_slow_store_answered()
    {
        var log = new ScriptedLog();
        var list = new RevocationList(_clock, TimeSpan.FromSeconds(10));
        using var follower = new RevocationFollower(log, list, _clock, _loggers.CreateLogger<RevocationFollower>());
        log.Pages.Enqueue(() => Later(TimeSpan.FromSeconds(30), new RevocationPage([], new LogPosition(1), IsLast: false)));
        log.Pages.Enqueue(() => Later(TimeSpan.FromSeconds(2), new RevocationPage([], new LogPosition(1), IsLast: true)));

        await follower.StartAsync(CancellationToken.None);

        // What was written while the last answer was on its way is not in it.
        list.Lag.ShouldBe(TimeSpan.FromSeconds(2));
        await follower.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Clock_that_jumps_a_day_ahead_and_back_forgets_nothing()
    {
        var clock = new ShiftedClock();
        var log = new MemoryRevocationLog(clock);
        var list = new RevocationList(clock, TimeSpan.FromSeconds(10));
        using var follower = new RevocationFollower(log, list, clock, _loggers.CreateLogger<RevocationFollower>());
        await log.AppendAsync(
            [new RevocationEntry(RevocationKind.Sub, Shop.Issuer, "alice", clock.GetUtcNow().AddHours(1).ToUnixTimeSeconds(), 4_000_000_000)],
            CancellationToken.None);
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();

        clock.Jump(TimeSpan.FromDays(1));
        clock.Advance(TimeSpan.FromMinutes(2));
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        clock.Jump(TimeSpan.FromDays(-1));

        list.Check(_shop.Accept(_shop.Token())).ShouldBe(RevocationStatus.Revoked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Entry_that_a_clock_ahead_took_for_expired_is_in_force_after_the_clock_is_set_back(bool wasKnown)
    {
        var clock = new ShiftedClock();
        var expires = clock.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        // Either more than the entry lives, or so little that it is known first and forgotten later.
        var ahead = wasKnown ? TimeSpan.FromMinutes(30) : TimeSpan.FromDays(1);
        clock.Jump(ahead);
        var log = new MemoryRevocationLog(clock);
        var list = new RevocationList(clock, TimeSpan.FromSeconds(10));
        using var follower = new RevocationFollower(log, list, clock, _loggers.CreateLogger<RevocationFollower>());
        await log.AppendAsync(
            [new RevocationEntry(RevocationKind.Sub, Shop.Issuer, "alice", expires, 4_000_000_000)], CancellationToken.None);
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        list.Check(_shop.Accept(_shop.Token())).ShouldBe(wasKnown ? RevocationStatus.Revoked : RevocationStatus.NotRevoked);
        clock.Advance(TimeSpan.FromMinutes(40));
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        list.Check(_shop.Accept(_shop.Token())).ShouldBe(RevocationStatus.NotRevoked);

        clock.Jump(-ahead);
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();

        list.Check(_shop.Accept(_shop.Token())).ShouldBe(RevocationStatus.Revoked);
    }

    private RevocationPage Later(TimeSpan after, RevocationPage page)
    {
        _clock.Pass(after);
        return page;
    }

    /// <summary>A log that answers what a test queued, and then that there is nothing more.</summary>
    private sealed class ScriptedLog : IRevocationLog
    {
        private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Channel<bool> _changes = Channel.CreateUnbounded<bool>();

        public Queue<Func<RevocationPage>> Pages { get; } = new();

        /// <summary>Completes when the last page has been asked for.</summary>
        public Task Drained => _drained.Task;

        public List<RevocationEntry> Appended { get; } = [];

        public List<LogPosition> Asked { get; } = [];

        public void Change() => _changes.Writer.TryWrite(true);

        public ValueTask<long> AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
        {
            Appended.AddRange(entries);
            return ValueTask.FromResult(0L);
        }

        public ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken)
        {
            Asked.Add(position);
            var page = Pages.TryDequeue(out var next) ? next : () => new RevocationPage([], position, IsLast: true);
            if (Pages.Count == 0 && position != default)
            {
                _drained.TrySetResult();
            }

            return ValueTask.FromResult(page());
        }

        public async ValueTask WaitForChangeAsync(CancellationToken cancellationToken) =>
            await _changes.Reader.ReadAsync(cancellationToken);
    }
}
