using Gateway.Commands;
using Gateway.Revocation;

namespace Gateway.Tests.Revocation;

/// <summary>What the commands say is revoked is what the gateway refuses.</summary>
public sealed class LiveRevocationTests
{
    private const long Far = 40_000_000_000;
    private static readonly RevocationEntry Entry = new(RevocationKind.Sub, "https://idp.example", "alice", Far, 100);

    [Fact]
    public async Task Later_cut_off_and_later_expiry_of_two_entries_count()
    {
        (await LiveAsync(Entry, Entry with { Expires = Far - 1, Before = 50 })).ShouldBe([Entry]);
        (await LiveAsync(Entry, Entry with { Expires = Far - 1, Before = 200 })).ShouldBe([Entry with { Before = 200 }]);
    }

    [Fact]
    public async Task Expired_entry_does_not_hide_a_live_one()
    {
        (await LiveAsync(Entry, Entry with { Expires = 1 })).ShouldBe([Entry]);
    }

    [Fact]
    public async Task Restored_entry_is_gone()
    {
        (await LiveAsync(Entry, Entry with { Operation = RevocationOperation.Restore })).ShouldBeEmpty();
    }

    private static async Task<IReadOnlyCollection<RevocationEntry>> LiveAsync(params RevocationEntry[] entries)
    {
        var log = new MemoryRevocationLog(TimeProvider.System);
        await log.AppendAsync(entries, TestContext.Current.CancellationToken);
        return await RevocationStoreAccess.ReadLiveAsync(log, TestContext.Current.CancellationToken);
    }
}
