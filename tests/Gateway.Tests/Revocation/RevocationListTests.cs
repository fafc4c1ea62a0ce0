using Gateway.Revocation;
using Gateway.Telemetry;
using Gateway.Testing;
using Gateway.Tests.Tokens;
using Gateway.Tokens;

namespace Gateway.Tests.Revocation;

/// <summary>"Not revoked" is said only by a list that is fresh; "revoked" by a list of any age.</summary>
public sealed class RevocationListTests
{
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(10);

    private readonly ShiftedClock _clock = new();
    private readonly AccessToken _token;
    private readonly RevocationList _list;

    public RevocationListTests()
    {
        var shop = new Shop();
        _token = shop.Accept(shop.Token());
        _list = new RevocationList(_clock, MaxStaleness);
    }

    [Fact]
    public void List_that_was_never_read_cannot_decide()
    {
        _list.IsLoaded.ShouldBeFalse();
        _list.IsStale.ShouldBeTrue();
        _list.Check(_token).ShouldBe(RevocationStatus.Unavailable);
    }

    [Fact]
    public void Fresh_list_says_not_revoked()
    {
        _list.MarkRead(_clock.GetTimestamp());

        _list.IsLoaded.ShouldBeTrue();
        _list.IsStale.ShouldBeFalse();
        _list.Check(_token).ShouldBe(RevocationStatus.NotRevoked);
    }

    [Fact]
    public void List_grows_stale_and_fresh_again()
    {
        _list.MarkRead(_clock.GetTimestamp());
        _clock.Advance(MaxStaleness - TimeSpan.FromSeconds(5));
        _list.Check(_token).ShouldBe(RevocationStatus.NotRevoked);

        _clock.Advance(TimeSpan.FromSeconds(6));
        _list.IsStale.ShouldBeTrue();
        _list.IsLoaded.ShouldBeTrue();
        _list.Check(_token).ShouldBe(RevocationStatus.Unavailable);

        _list.MarkRead(_clock.GetTimestamp());
        _list.Check(_token).ShouldBe(RevocationStatus.NotRevoked);
    }

    [Fact]
    public void Known_revocation_holds_however_old_the_list()
    {
        _list.Set.Apply(new RevocationEntry(RevocationKind.Sub, Shop.Issuer, "alice", long.MaxValue));
        _list.Check(_token).ShouldBe(RevocationStatus.Revoked);

        _list.MarkRead(_clock.GetTimestamp());
        _list.Check(_token).ShouldBe(RevocationStatus.Revoked);
        _clock.Advance(TimeSpan.FromDays(1));
        _list.Check(_token).ShouldBe(RevocationStatus.Revoked);
    }
}
