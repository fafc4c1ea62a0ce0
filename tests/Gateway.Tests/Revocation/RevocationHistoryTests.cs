using FsCheck;
using FsCheck.Fluent;
using Gateway.Revocation;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Revocation;

/// <summary>What people are told is revoked is what the gateway rejects.</summary>
public sealed class RevocationHistoryTests
{
    private const long Far = 40_000_000_000;
    private static readonly RevocationEntry Entry = new(RevocationKind.Sub, "https://idp.example", "alice", Far, 100);
    private static readonly RevocationFilter Any = new();

    [Fact]
    public async Task Later_cut_off_and_later_expiry_of_two_entries_count()
    {
        (await LiveAsync(Entry, Entry with { Expires = Far - 1, Before = 50 })).ShouldBe([Entry]);
        (await LiveAsync(Entry, Entry with { Expires = Far - 1, Before = 200 })).ShouldBe([Entry with { Before = 200 }]);
        (await LiveAsync(Entry with { Before = null }, Entry)).ShouldBe([Entry with { Before = null }]);
    }

    [Fact]
    public async Task Expired_entry_is_not_live_and_does_not_hide_a_live_one()
    {
        (await LiveAsync(Entry, Entry with { Expires = 1 })).ShouldBe([Entry]);
        (await LiveAsync(Entry with { Expires = 1 })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Restored_entry_is_gone_until_it_is_revoked_again()
    {
        var restore = Entry with { Operation = RevocationOperation.Restore };

        (await LiveAsync(Entry, restore)).ShouldBeEmpty();
        (await LiveAsync(Entry, restore, Entry with { Before = 7 })).ShouldBe([Entry with { Before = 7 }]);
    }

    [Fact]
    public async Task Expired_entry_can_still_be_found_to_be_restored()
    {
        var history = await HistoryAsync(Entry with { Expires = 1 });

        (await history.FindAsync(RevocationName.Of(Entry), TestContext.Current.CancellationToken)).ShouldNotBeNull();
        (await history.FindAsync(RevocationName.Of(Entry with { Value = "bob" }), TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public void Pages_of_any_log_hold_exactly_what_the_whole_list_holds()
    {
        var entries =
            from kind in Gen.Elements(RevocationKind.Jti, RevocationKind.Sub)
            from value in Gen.Choose(0, 12)
            from operation in Gen.Elements(RevocationOperation.Revoke, RevocationOperation.Revoke, RevocationOperation.Restore)
            from expires in Gen.Elements(1, Far, Far + 1)
            from before in Gen.Elements<long?>(null, 5, 6)
            select new RevocationEntry(kind, "https://idp.example", $"v{value}", expires, before, operation);
        var cases =
            from log in entries.ListOf()
            from limit in Gen.Choose(1, 5)
            select (log, limit);

        Prop.ForAll(cases.ToArbitrary(), each =>
        {
            var history = HistoryAsync([.. each.log]).GetAwaiter().GetResult();
            var paged = new List<RevocationEntry>();
            RevocationName? after = null;
            do
            {
                var page = history.ListAsync(Any, after, each.limit, CancellationToken.None).GetAwaiter().GetResult();
                page.Entries.Count.ShouldBeLessThanOrEqualTo(each.limit);
                paged.AddRange(page.Entries);
                after = page.Next;
            }
            while (after is not null);

            paged.ShouldBe(history.ListAllAsync(Any, CancellationToken.None).GetAwaiter().GetResult());
        }).QuickCheckThrowOnFailure();
    }

    private static async Task<IEnumerable<RevocationEntry>> LiveAsync(params RevocationEntry[] entries)
    {
        var live = await (await HistoryAsync(entries)).ListAllAsync(Any, TestContext.Current.CancellationToken);
        return live.Select(entry => entry with { At = null });
    }

    private static async Task<RevocationHistory> HistoryAsync(params RevocationEntry[] entries)
    {
        var clock = new FrozenClock();
        var log = new MemoryRevocationLog(clock);
        await log.AppendAsync(entries, CancellationToken.None);
        return new RevocationHistory(log.ReadAfterAsync, clock);
    }
}
