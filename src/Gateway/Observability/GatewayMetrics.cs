using System.Diagnostics.Metrics;
using Gateway.Tokens;

namespace Gateway.Observability;

/// <summary>
/// The gateway's own instruments on the meter <c>Gateway</c>. Never a tag: token, jti, sub, raw path, or anything else that a client
/// could make up. With nobody listening a measurement costs a look at a flag; with somebody, nothing is allocated for it.
/// </summary>
internal sealed class GatewayMetrics : IDisposable
{
    public const string MeterName = "Gateway";

    /// <summary>What stands for an issuer that is not one of ours.</summary>
    public const string UnknownIssuer = "unknown";

    private const long NotMeasured = long.MinValue;

    // From a hit in the cache of verified tokens to a request that waits for keys.
    private static readonly double[] AuthBuckets =
        [0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.05, 0.25, 1, 5];

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Counter<long> _decisions;
    private readonly Histogram<double> _authDuration;
    private readonly Counter<long> _tokenCacheLookups;
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _revocationLookups;
    private readonly Counter<long> _redisLookups;
    private readonly Counter<long> _closedConnections;
    private readonly Counter<long> _configReloads;
    private readonly Counter<long> _strippedHeaders;
    private readonly Counter<long> _limited;
    private readonly Counter<long> _logouts;
    private readonly Counter<long> _adminWrites;
    private volatile Configuration? _configuration;

    public GatewayMetrics(IMeterFactory factory, TimeProvider time)
    {
        _time = time;
        _meter = factory.Create(MeterName);
        _decisions = _meter.CreateCounter<long>("gateway.auth.decisions", "{decision}", "Decisions on requests to routes with a policy.");
        _authDuration = _meter.CreateHistogram(
            "gateway.auth.duration", "s", "Time from a request's token to its verdict.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = AuthBuckets });
        _tokenCacheLookups = _meter.CreateCounter<long>("gateway.token_cache.lookups", "{lookup}", "Lookups in the cache of verified tokens.");
        _refreshes = _meter.CreateCounter<long>("gateway.keys.refreshes", "{refresh}", "Attempts to load an issuer's keys.");
        _revocationLookups = _meter.CreateCounter<long>("gateway.revocation.lookups", "{lookup}", "Tokens looked for in the revocation list.");
        _redisLookups = _meter.CreateCounter<long>("gateway.revocation.redis_lookups", "{lookup}", "Tokens looked up in Redis for a request.");
        _closedConnections = _meter.CreateCounter<long>("gateway.connections.closed", "{connection}", "Live connections ended because their token had.");
        _configReloads = _meter.CreateCounter<long>("gateway.config.reloads", "{reload}", "Attempts to take over a changed configuration.");
        _strippedHeaders = _meter.CreateCounter<long>(
            "gateway.identity.stripped_headers", "{header}", "Client headers removed because only the gateway may set them.");
        _limited = _meter.CreateCounter<long>("gateway.rate_limit.refusals", "{refusal}", "Requests answered with 429 by a rate limit of the gateway's own.");
        _logouts = _meter.CreateCounter<long>("gateway.logout.tokens", "{token}", "Logout tokens that issuers sent.");
        _adminWrites = _meter.CreateCounter<long>("gateway.admin.writes", "{write}", "Changes that administrators asked for.");
    }

    public void Allowed(string route, string issuer) => Decided("allow", "none", route, issuer);

    public void Denied(RefusalReason reason, string route, string? issuer) =>
        Decided("deny", Refusals.Of(reason).Tag, route, issuer);

    /// <summary>A policy in report mode would have refused, and let through.</summary>
    public void Reported(RefusalReason reason, string route, string? issuer) =>
        Decided("report", Refusals.Of(reason).Tag, route, issuer);

    /// <summary>When authentication began, for <see cref="Authenticated"/>. The clock is read only when somebody listens.</summary>
    public long StartAuthentication() => _authDuration.Enabled ? _time.GetTimestamp() : NotMeasured;

    /// <summary>The token has been verified or rejected.</summary>
    public void Authenticated(long started)
    {
        if (started != NotMeasured)
        {
            _authDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
        }
    }

    /// <param name="isHit">Whether the token was there, and what it was verified with still holds.</param>
    public void TokenCacheLookup(bool isHit) => _tokenCacheLookups.Add(1, new KeyValuePair<string, object?>("result", isHit ? "hit" : "miss"));

    public void KeysRefreshed(string issuer, bool succeeded) =>
        _refreshes.Add(1, new("issuer", issuer), new("result", ResultOf(succeeded)));

    /// <summary>Seconds since each issuer's keys were last confirmed.</summary>
    public void ObserveKeyAge(Func<IEnumerable<Measurement<double>>> ages) =>
        _meter.CreateObservableGauge("gateway.keys.age", ages, "s", "Time since an issuer's keys were last confirmed.");

    /// <param name="result"><c>not_revoked</c>, <c>revoked</c>, or <c>unavailable</c> when the list is too old to tell.</param>
    public void RevocationLookup(string result) => _revocationLookups.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <param name="result"><c>not_revoked</c>, <c>revoked</c>, <c>unavailable</c>, or <c>cached</c> when Redis was not asked again.</param>
    public void RedisLookup(string result) => _redisLookups.Add(1, new KeyValuePair<string, object?>("result", result));

    public void ConnectionClosed(RefusalReason reason) =>
        _closedConnections.Add(1, new KeyValuePair<string, object?>("reason", Refusals.Of(reason).Tag));

    /// <param name="lag">Time since the end of the log was last reached; null as long as it never was.</param>
    public void ObserveRevocations(Func<int> entries, Func<TimeSpan?> lag)
    {
        _meter.CreateObservableUpDownCounter("gateway.revocation.entries", entries, "{entry}", "Live entries of the revocation list.");
        _meter.CreateObservableGauge<double>(
            "gateway.revocation.lag", () => lag() is { } behind ? [new(behind.TotalSeconds)] : [], "s", "Time since the end of the revocation log was last reached.");
    }

    /// <summary>Entries of other writers that could not be read.</summary>
    public void ObserveMalformedRevocations(Func<long> count) => _meter.CreateObservableCounter(
        "gateway.revocation.malformed", count, "{entry}", "Entries of the revocation log that could not be read and were skipped.");

    /// <summary>How often the log was found to have lost entries that replicas had read.</summary>
    public void ObserveLostRevocations(Func<long> count) => _meter.CreateObservableCounter(
        "gateway.revocation.lost", count, "{loss}", "Times the revocation log was found to have lost entries.");

    public void ConfigReloaded(bool succeeded) => _configReloads.Add(1, new KeyValuePair<string, object?>("result", ResultOf(succeeded)));

    /// <summary>When the configuration in force was taken over, and which one it is.</summary>
    public void ConfigurationInForce(string hash, DateTimeOffset since)
    {
        var isFirst = _configuration is null;
        _configuration = new Configuration(since.ToUnixTimeSeconds(), [new("hash", hash[..12])]);
        if (isFirst)
        {
            _meter.CreateObservableGauge("gateway.config.last_success", () => _configuration.Since, "s", "When the configuration in force was taken over, in Unix time.");
            _meter.CreateObservableGauge(
                "gateway.config.info", () => new Measurement<int>(1, _configuration.Tags), "{configuration}", "The configuration in force, by the SHA-256 of its file.");
        }
    }

    public void Limited(string route) => _limited.Add(1, new KeyValuePair<string, object?>("route", route));

    /// <param name="result"><c>done</c>, <c>refused</c>, <c>replayed</c>, or <c>unavailable</c> when the same token may come again.</param>
    public void LogoutReceived(string issuer, string result) => _logouts.Add(1, new("issuer", issuer), new("result", result));

    /// <param name="action"><c>revoke</c>, <c>revoke_token</c>, <c>restore</c>, <c>refresh_keys</c> or <c>forget_key</c>.</param>
    /// <param name="succeeded">Whether it is in force everywhere; what was not understood is not counted.</param>
    public void AdminWrote(string action, bool succeeded) => _adminWrites.Add(1, new("action", action), new("result", ResultOf(succeeded)));

    public void HeadersStripped(int count) => _strippedHeaders.Add(count);

    public void Dispose() => _meter.Dispose();

    private sealed record Configuration(long Since, KeyValuePair<string, object?>[] Tags);

    private static string ResultOf(bool succeeded) => succeeded ? "success" : "failure";

    private void Decided(string decision, string reason, string route, string? issuer)
    {
        if (_decisions.Enabled)
        {
            _decisions.Add(
                1, new("decision", decision), new("reason", reason), new("route", route), new("issuer", issuer ?? UnknownIssuer));
        }
    }
}
