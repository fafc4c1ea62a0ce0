using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Gateway.Tokens;

namespace Gateway.Policies;

/// <summary>How a user must have logged in (RFC 9470): the checked form of <see cref="StepUpOptions"/>.</summary>
/// <param name="Acr">The accepted <c>acr</c> values; empty for any.</param>
/// <param name="MaxAge">The longest time since the login; null for any.</param>
internal sealed record StepUp(ImmutableArray<string> Acr, TimeSpan? MaxAge)
{
    // 9999-12-31T23:59:59Z, as for the times of every token.
    private const double MaxNumericDate = 253_402_300_799;

    /// <summary>The parameters of the challenge, RFC 9470 section 3.</summary>
    public string Challenge { get; } = string.Join(", ", new[]
    {
        Acr.IsEmpty ? null : $"acr_values=\"{string.Join(' ', Acr)}\"",
        MaxAge is { } age ? string.Create(CultureInfo.InvariantCulture, $"max_age=\"{(long)age.TotalSeconds}\"") : null,
    }.OfType<string>());

    public bool IsSatisfiedBy(AccessToken token, in PolicyRequest request) =>
        HasAcr(token)
            && (MaxAge is not { } age
                || (request.Now is { } now && AgeOf(token, now) is { } since && since <= age.TotalSeconds + Skew(token)));

    /// <summary><c>acr</c> is one text (RFC 9470 section 6.1); a list is not one of the values.</summary>
    public bool HasAcr(AccessToken token) =>
        Acr.IsEmpty
            || (token.Claims.TryGetProperty("acr"u8, out var acr)
                && acr.ValueKind == JsonValueKind.String
                && Acr.Contains(acr.GetString()!));

    /// <summary>Seconds since <c>auth_time</c>; null when there is none, or it lies in the future by more than the clock skew.</summary>
    public static double? AgeOf(AccessToken token, double now) =>
        token.Claims.TryGetProperty("auth_time"u8, out var time) && time.ValueKind == JsonValueKind.Number
        && time.TryGetDouble(out var seconds) && seconds is >= 0 and <= MaxNumericDate && seconds <= now + Skew(token)
            ? now - seconds
            : null;

    // As for `exp`: the clocks of issuer and gateway differ, and a false rejection costs a login that changes nothing.
    private static double Skew(AccessToken token) => token.Issuer.ClockSkew.TotalSeconds;
}
