using Gateway.Authentication.SenderConstraint;
using Gateway.Testing;

namespace Gateway.Tests.Authentication.SenderConstraint;

public sealed class ProofNoncesTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Nonce_is_good_in_its_minute_and_the_next_and_rotates()
    {
        var nonces = new ProofNonces(_clock);
        var first = await nonces.CurrentAsync();

        nonces.IsCurrent(first).ShouldBeTrue();
        (await nonces.CurrentAsync()).ShouldBeSameAs(first);
        _clock.Advance(TimeSpan.FromMinutes(1));
        nonces.IsCurrent(first).ShouldBeTrue();
        (await nonces.CurrentAsync()).ShouldNotBe(first);
        _clock.Advance(TimeSpan.FromMinutes(1));
        nonces.IsCurrent(first).ShouldBeFalse();
    }

    [Fact]
    public async Task Nonce_that_differs_in_one_character_is_none()
    {
        var nonces = new ProofNonces(_clock);
        var nonce = await nonces.CurrentAsync();

        for (var i = 0; i < nonce.Length; i++)
        {
            nonces.IsCurrent($"{nonce[..i]}{(nonce[i] == 'A' ? 'B' : 'A')}{nonce[(i + 1)..]}").ShouldBeFalse();
        }

        nonces.IsCurrent(null).ShouldBeFalse();
        nonces.IsCurrent("").ShouldBeFalse();
        nonces.IsCurrent(nonce[..^1]).ShouldBeFalse();
        nonces.IsCurrent($"{nonce}A").ShouldBeFalse();
        nonces.IsCurrent($"{nonce}{nonce}").ShouldBeFalse();
        nonces.IsCurrent(new string('ä', 32)).ShouldBeFalse();
    }

    [Fact]
    public async Task Nonce_of_another_key_is_none() =>
        new ProofNonces(_clock).IsCurrent(await new ProofNonces(_clock).CurrentAsync()).ShouldBeFalse();
}
