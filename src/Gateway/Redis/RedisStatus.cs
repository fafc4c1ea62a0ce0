namespace Gateway.Redis;

/// <summary>A connection as people see it.</summary>
/// <param name="Name">The endpoints, without options and secrets.</param>
/// <param name="Fault">What is wrong, in fixed words; null when nothing is.</param>
/// <param name="IsBreakerOpen">Whether calls are not made but for one probe a second.</param>
internal sealed record RedisStatus(string Name, string? Fault, bool IsConnected, bool IsBreakerOpen);
