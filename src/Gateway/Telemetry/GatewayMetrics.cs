using System.Diagnostics.Metrics;
using Gateway.Jose;

namespace Gateway.Telemetry;

/// <summary>
/// The gateway's instruments on the meter <c>Gateway</c>. A tag never holds a token, <c>jti</c>, <c>sub</c>, raw path or other text that
/// clients choose, because each value would add a series. Counting is one addition, with or without a listener, and allocates nothing.
/// </summary>
internal sealed class GatewayMetrics : IDisposable
{
    public const string MeterName = "Gateway";

    /// <summary>The counter with the most series: decision and reason, for each route and issuer.</summary>
    public const string DecisionsName = "gateway.auth.decisions";

    /// <summary>The tag value for an issuer that is not configured.</summary>
    public const string UnknownIssuer = "unknown";

    private const long NotMeasured = long.MinValue;

    // In seconds, from a hit in the token cache to a request that waits for keys.
    private static readonly double[] AuthBuckets =
        [0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.05, 0.25, 1, 5];

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Totals _decisions;
    private readonly Histogram<double> _authDuration;
    private readonly Total _cacheHits;
    private readonly Total _cacheMisses;
    private readonly Totals _refreshes;
    private readonly Totals _introspections;
    private readonly Totals _statusListRefreshes;
    private readonly Total[] _revocationResults;
    private readonly Totals _redisLookups;
    private readonly Totals _proofs;
    private readonly Totals _closedConnections;
    private readonly Totals _configReloads;
    private readonly Totals _strippedHeaders;
    private readonly Totals _limited;
    private readonly Totals _countedBy;
    private readonly Totals _clusterRetries;
    private readonly Totals _clusterRejections;
    private readonly Totals _logouts;
    private readonly Totals _securityEvents;
    private readonly Totals _adminWrites;

    public GatewayMetrics(IMeterFactory factory, TimeProvider time)
    {
        _time = time;
        _meter = factory.Create(MeterName);
        _decisions = new Totals(
            _meter, DecisionsName, "{decision}", "Decisions on requests to routes with a policy.", "decision", "reason", "route", "issuer");
        _authDuration = _meter.CreateHistogram(
            "gateway.auth.duration", "s", "Time to authenticate a request.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = AuthBuckets });
        var cacheLookups =
            new Totals(_meter, "gateway.token_cache.lookups", "{lookup}", "Lookups in the cache of verified tokens.", "result");
        (_cacheHits, _cacheMisses) = (cacheLookups.Hot("hit"), cacheLookups.Hot("miss"));
        _refreshes = new Totals(_meter, "gateway.keys.refreshes", "{refresh}", "Attempts to load an issuer's keys.", "issuer", "result");
        _introspections = new Totals(
            _meter, "gateway.introspection.requests", "{request}", "Opaque tokens that had to be looked up at their issuer.", "issuer",
            "result");
        _statusListRefreshes = new Totals(
            _meter, "gateway.status_list.refreshes", "{refresh}", "Attempts to load a status list of an issuer.", "issuer", "result");
        var revocationLookups =
            new Totals(_meter, "gateway.revocation.lookups", "{lookup}", "Tokens looked for in the revocation list.", "result");
        _revocationResults = [.. Enum.GetValues<RevocationStatus>().Select(result => revocationLookups.Hot(TagOf(result)))];
        _redisLookups =
            new Totals(_meter, "gateway.revocation.redis_lookups", "{lookup}", "Tokens looked up in Redis for a request.", "result");
        _proofs = new Totals(
            _meter, "gateway.dpop.proofs", "{proof}", "DPoP proofs with a good signature, by whether they were used before.", "result");
        _closedConnections =
            new Totals(_meter, "gateway.connections.closed", "{connection}", "Live connections ended because their token had.", "reason");
        _configReloads =
            new Totals(_meter, "gateway.config.reloads", "{reload}", "Attempts to take over a changed configuration.", "result");
        _strippedHeaders = new Totals(
            _meter, "gateway.identity.stripped_headers", "{header}", "Client headers removed because only the gateway may set them.");
        _limited = new Totals(
            _meter, "gateway.rate_limit.refusals", "{refusal}", "Requests answered with 429 by a rate limit of the gateway's own.",
            "route");
        _countedBy = new Totals(
            _meter, "gateway.rate_limit.shared", "{request}", "Requests of shared rate limits, by what counted them.", "counted_by");
        _clusterRetries = new Totals(
            _meter, "gateway.cluster.retries", "{retry}", "Requests that were sent to another destination of their cluster.", "cluster",
            "result");
        _clusterRejections = new Totals(
            _meter, "gateway.cluster.rejections", "{rejection}",
            "Requests answered with 503 because their cluster had MaxInFlight under way.", "cluster");
        _logouts = new Totals(_meter, "gateway.logout.tokens", "{token}", "Logout tokens that issuers sent.", "issuer", "result");
        _securityEvents =
            new Totals(_meter, "gateway.security_events.tokens", "{token}", "Security event tokens that issuers sent.", "issuer", "result");
        _adminWrites = new Totals(_meter, "gateway.admin.writes", "{write}", "Changes that administrators requested.", "action", "result");
    }

    /// <summary>
    /// The counter of requests that a route allows with a token of this issuer. The route keeps it, so that counting needs no look-up.
    /// </summary>
    public Total AllowedBy(string route, string issuer) => _decisions.Hot("allow", "none", route, issuer);

    public void Rejected(RejectionReason reason, string route, string? issuer) =>
        Decided("deny", Rejections.Of(reason).Tag, route, issuer);

    /// <summary>A policy in report mode allowed a request that it would reject in enforce mode.</summary>
    public void Reported(RejectionReason reason, string route, string? issuer) =>
        Decided("report", Rejections.Of(reason).Tag, route, issuer);

    /// <summary>The start of authentication, for <see cref="Authenticated"/>. The clock is read only if there is a listener.</summary>
    public long StartAuthentication() => _authDuration.Enabled ? _time.GetTimestamp() : NotMeasured;

    /// <summary>The token has been verified or rejected.</summary>
    public void Authenticated(long started)
    {
        if (started != NotMeasured)
        {
            _authDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
        }
    }

    /// <param name="isHit">True when the token was cached and its issuer, key and time are still valid.</param>
    public void TokenCacheLookup(bool isHit) => (isHit ? _cacheHits : _cacheMisses).Add();

    public void KeysRefreshed(string issuer, bool succeeded) =>
        _refreshes.Of(issuer, ResultOf(succeeded)).Add();

    /// <param name="result"><c>active</c>, <c>inactive</c>, <c>failed</c>; or, when the issuer was not asked, <c>remembered</c> or
    /// <c>limited</c>.</param>
    public void Introspected(string issuer, string result) => _introspections.Of(issuer, result).Add();

    public void StatusListRefreshed(string issuer, bool succeeded) => _statusListRefreshes.Of(issuer, ResultOf(succeeded)).Add();

    /// <summary>Seconds since each issuer's keys were last confirmed.</summary>
    public void ObserveKeyAge(Func<IEnumerable<Measurement<double>>> ages) =>
        _meter.CreateObservableGauge("gateway.keys.age", ages, "s", "Time since an issuer's keys were last confirmed.");

    /// <summary>
    /// A verified token was checked against the revocation list. <see cref="RevocationStatus.Unavailable"/>: the list is too old.
    /// </summary>
    public void RevocationLookup(RevocationStatus result) => _revocationResults[(int)result].Add();

    /// <param name="result"><c>not_revoked</c>, <c>revoked</c>, <c>unavailable</c>, or <c>cached</c> when Redis was not asked
    /// again.</param>
    public void RedisLookup(string result) => _redisLookups.Of(result).Add();

    /// <param name="result"><c>new</c>, <c>used</c>, or <c>unshared</c> when Redis did not answer and this replica alone decided.</param>
    public void ProofChecked(string result) => _proofs.Of(result).Add();

    public void ConnectionClosed(RejectionReason reason) =>
        _closedConnections.Of(Rejections.Of(reason).Tag).Add();

    /// <param name="lag">Time since the end of the log was last reached; null before the first time.</param>
    public void ObserveRevocations(Func<int> entries, Func<TimeSpan?> lag)
    {
        _meter.CreateObservableUpDownCounter("gateway.revocation.entries", entries, "{entry}", "Live entries of the revocation list.");
        _meter.CreateObservableGauge<double>(
            "gateway.revocation.lag", () => lag() is { } behind ? [new(behind.TotalSeconds)] : [], "s",
            "Time since the end of the revocation log was last reached.");
    }

    /// <summary>Entries of the log that could not be read.</summary>
    public void ObserveMalformedRevocations(Func<long> count) => _meter.CreateObservableCounter(
        "gateway.revocation.malformed", count, "{entry}", "Entries of the revocation log that could not be read and were skipped.");

    /// <summary>How often the log was found to have lost entries that a replica had read.</summary>
    public void ObserveLostRevocations(Func<long> count) => _meter.CreateObservableCounter(
        "gateway.revocation.lost", count, "{loss}", "Times the revocation log was found to have lost entries.");

    /// <summary>The snapshots of the revocation list, from which replicas start.</summary>
    /// <param name="ages">The age of the last known snapshot of each store.</param>
    public void ObserveRevocationSnapshots(Func<IEnumerable<(string Store, TimeSpan Age)>> ages) => _meter.CreateObservableGauge(
        "gateway.revocation.snapshot.age",
        () =>
            ages().Select(
                snapshot => new Measurement<double>(snapshot.Age.TotalSeconds, new KeyValuePair<string, object?>("store", snapshot.Store))),
        "s", "Age of the snapshot of the revocation list that replicas start from.");

    public void ConfigReloaded(bool succeeded) => _configReloads.Of(ResultOf(succeeded)).Add();

    /// <param name="hash">Of the configuration in effect.</param>
    /// <param name="since">When it came into effect.</param>
    public void ObserveConfiguration(Func<string> hash, Func<DateTimeOffset> since)
    {
        _meter.CreateObservableGauge(
            "gateway.config.last_success", () => since().ToUnixTimeSeconds(), "s",
            "When the configuration in effect was applied, in Unix time.");
        _meter.CreateObservableGauge(
            "gateway.config.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("hash", hash()[..12])),
            "{configuration}",
            "The configuration in effect, by the SHA-256 of its file.");
    }

    /// <param name="counter"><c>redis</c>, or <c>replica</c> while Redis is down.</param>
    public Total CountedBy(string counter) => _countedBy.Hot(counter);

    public void Limited(string route) => _limited.Of(route).Add();

    /// <param name="result"><c>success</c>, <c>failure</c>, or <c>over_budget</c> when the retry budget did not allow a retry.</param>
    public void ClusterRetried(string cluster, string result) => _clusterRetries.Of(cluster, result).Add();

    public void ClusterRejected(string cluster) => _clusterRejections.Of(cluster).Add();

    /// <summary>Requests under way to the clusters that have a limit of them.</summary>
    public void ObserveInFlight(Func<IEnumerable<(string Cluster, int Count)>> clusters) => _meter.CreateObservableUpDownCounter(
        "gateway.cluster.in_flight",
        () => clusters().Select(each => new Measurement<int>(each.Count, new KeyValuePair<string, object?>("cluster", each.Cluster))),
        "{request}", "Requests under way to clusters with MaxInFlight.");

    /// <summary>Destinations by their health: <c>healthy</c>, <c>unhealthy</c>, or <c>unknown</c>.</summary>
    public void ObserveDestinations(Func<IEnumerable<(string Cluster, string State, int Count)>> destinations) =>
        _meter.CreateObservableGauge(
        "gateway.destinations",
        () => destinations().Select(each => new Measurement<int>(
            each.Count, new KeyValuePair<string, object?>("cluster", each.Cluster),
            new KeyValuePair<string, object?>("state", each.State))),
        "{destination}", "Destinations of clusters, by their health.");

    /// <param name="result"><c>done</c>, <c>refused</c>, <c>replayed</c>, or <c>unavailable</c> when the issuer may send the same token
    /// again.</param>
    public void LogoutReceived(string issuer, string result) => _logouts.Of(issuer, result).Add();

    /// <param name="result"><c>done</c>, <c>rejected</c>, <c>replayed</c>, or <c>unavailable</c> when the same token may come
    /// again.</param>
    public void SecurityEventReceived(string issuer, string result) => _securityEvents.Of(issuer, result).Add();

    /// <param name="action"><c>revoke</c>, <c>revoke_token</c>, <c>restore</c>, <c>refresh_keys</c> or <c>forget_key</c>.</param>
    /// <param name="succeeded">True when the change is in effect on all replicas. Malformed requests are not counted.</param>
    public void AdminWrote(string action, bool succeeded) => _adminWrites.Of(action, ResultOf(succeeded)).Add();

    public void HeadersStripped(int count) => _strippedHeaders.Of().Add(count);

    public void Dispose() => _meter.Dispose();

    private static string TagOf(RevocationStatus result) => result switch
    {
        RevocationStatus.NotRevoked => "not_revoked",
        RevocationStatus.Revoked => "revoked",
        _ => "unavailable",
    };

    private static string ResultOf(bool succeeded) => succeeded ? "success" : "failure";

    private void Decided(string decision, string reason, string route, string? issuer) =>
        _decisions.Of(decision, reason, route, issuer ?? UnknownIssuer).Add();
}
