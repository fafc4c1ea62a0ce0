using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Tokens;

/// <summary>A clock that stands still at a whole second until a test moves it, for bounds that must be met exactly.</summary>
internal sealed class FrozenClock() : FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(System.GetUtcNow().ToUnixTimeSeconds()))
{
    public long UnixSeconds => GetUtcNow().ToUnixTimeSeconds();
}
