namespace Gateway.Redis;

/// <summary>The state of the connection for the status page.</summary>
/// <param name="Name">The endpoints, without options and secrets.</param>
/// <param name="Fault">The message of the current fault; null when there is none.</param>
/// <param name="IsBreakerOpen">True when only one probe per second is sent.</param>
internal sealed record RedisStatus(string Name, string? Fault, bool IsConnected, bool IsBreakerOpen);
