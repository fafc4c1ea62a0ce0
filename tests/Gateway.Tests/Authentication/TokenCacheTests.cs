using Gateway.Authentication;
using Gateway.Revocation;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Authentication;

public sealed class TokenCacheTests
{
    private const int Entries = 1024;
    private readonly Shop _shop = new();
    private readonly TokenCache _cache = new(Entries, 64L << 20);

    private double Now => _shop.Clock.UnixSeconds;

    [Fact]
    public void Token_is_found_by_its_whole_text()
    {
        var text = Text(1);
        Add(text);

        Find(text).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(400)]
    public void Token_that_differs_in_one_character_is_another_token(int position)
    {
        var text = Text(1);
        Add(text);
        var other = text.ToCharArray();
        other[^(position + 1)] = other[^(position + 1)] == 'x' ? 'y' : 'x';

        Find(new string(other)).ShouldBeFalse();
        Find(text + "A").ShouldBeFalse();
        Find(text[1..]).ShouldBeFalse();
    }

    [Fact]
    public void Tokens_that_are_used_once_push_out_none_that_is_in_use()
    {
        // Few enough for every set of the cache to hold its share.
        var inUse = Enumerable.Range(0, Entries / 8).Select(Text).ToList();
        inUse.ForEach(Add);
        foreach (var text in inUse)
        {
            Find(text).ShouldBeTrue();
        }

        foreach (var once in Enumerable.Range(1_000_000, 20 * Entries).Select(Text))
        {
            Find(once).ShouldBeFalse();
            Add(once);
        }

        inUse.Count(Find).ShouldBe(inUse.Count);
    }

    [Fact]
    public void Full_cache_takes_a_token_in_when_it_is_seen_a_second_time()
    {
        foreach (var text in Enumerable.Range(0, 8 * Entries).Select(Text))
        {
            Add(text);
        }

        var late = Text(-1);
        Add(late);
        Add(late);

        Find(late).ShouldBeTrue();
        _cache.Count.ShouldBeLessThanOrEqualTo(_cache.Capacity);
    }

    [Fact]
    public void Tokens_nobody_uses_any_more_make_room_for_those_that_come_again()
    {
        var old = Enumerable.Range(0, 4 * Entries).Select(Text).ToList();
        old.ForEach(Add);
        old.ForEach(text => Find(text));

        var recent = Enumerable.Range(100_000, Entries / 4).Select(Text).ToList();
        for (var round = 0; round < 10; round++)
        {
            recent.Where(text => !Find(text)).ToList().ForEach(Add);
        }

        recent.Count(Find).ShouldBeGreaterThan(recent.Count * 9 / 10);
    }

    [Fact]
    public void Entries_stay_within_their_bound_of_bytes()
    {
        var size = AuthenticatorBench.Entry(_shop, _cache, Text(0), Now + 600).Size;
        var cache = new TokenCache(Entries, 100L * size);
        foreach (var text in Enumerable.Range(0, 1000).Select(Text))
        {
            cache.Add(AuthenticatorBench.Entry(_shop, cache, text, Now + 600), Now);
            cache.Add(AuthenticatorBench.Entry(_shop, cache, text, Now + 600), Now);
            cache.Bytes.ShouldBeLessThanOrEqualTo(100L * size);
        }

        cache.Count.ShouldBeInRange(50, 100);
        cache.Bytes.ShouldBe(cache.Count * (long)size);
    }

    [Fact]
    public void What_has_expired_makes_room_first()
    {
        var cache = new TokenCache(64, 64L << 20);
        var expired = Enumerable.Range(0, 512).Select(Text).ToList();
        expired.ForEach(text => cache.Add(AuthenticatorBench.Entry(_shop, cache, text, Now - 600), Now - 1200));
        expired.ForEach(text => cache.Find(text, cache.HashOf(text)));

        var first = Text(-7);
        cache.Add(AuthenticatorBench.Entry(_shop, cache, first, Now + 600), Now);

        cache.Find(first, cache.HashOf(first)).ShouldNotBeNull();
    }

    [Fact]
    public void Hit_allocates_nothing()
    {
        var text = Text(1);
        Add(text);
        Find(text);
        var revocations = new RevocationList(TimeProvider.System, TimeSpan.FromDays(1));
        _ = _cache.Find(text, _cache.HashOf(text))!.Check(Now, revocations, Tolerance.None);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            _ = _cache.Find(text, _cache.HashOf(text)) is { } found && found.Check(Now, revocations, Tolerance.None).Rejection is null;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    // As long as a token, and alike in all but a number, as tokens of one issuer are.
    private static string Text(int number) => $"{new string('h', 60)}.{new string('p', 300)}.{new string('s', 60)}{number:d12}";

    private void Add(string text) => _cache.Add(AuthenticatorBench.Entry(_shop, _cache, text, Now + 600), Now);

    private bool Find(string text) => _cache.Find(text, _cache.HashOf(text)) is { } found && found.Is(text);
}
