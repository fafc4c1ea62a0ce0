using System.Diagnostics.Metrics;
using Gateway.Tokens;

namespace Gateway.Observability;

/// <summary>The gateway's own instruments on the meter <c>Gateway</c>. Never a tag: token, jti, sub, raw path.</summary>
internal sealed class GatewayMetrics : IDisposable
{
    public const string MeterName = "Gateway";

    private readonly Meter _meter;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _strippedHeaders;

    public GatewayMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _decisions = _meter.CreateCounter<long>("gateway.auth.decisions", "{decision}", "Decisions on requests to routes with a policy.");
        _refreshes = _meter.CreateCounter<long>("gateway.keys.refreshes", "{refresh}", "Attempts to load an issuer's keys.");
        _strippedHeaders = _meter.CreateCounter<long>(
            "gateway.identity.stripped_headers", "{header}", "Client headers removed because only the gateway may set them.");
    }

    public void Allowed(string route, string issuer) => Decided("allow", "none", route, issuer);

    public void Denied(RefusalReason reason, string route, string? issuer) =>
        Decided("deny", Refusals.Of(reason).Tag, route, issuer);

    /// <summary>A policy in report mode would have refused, and let through.</summary>
    public void Reported(RefusalReason reason, string route, string? issuer) =>
        Decided("report", Refusals.Of(reason).Tag, route, issuer);

    public void KeysRefreshed(string issuer, bool succeeded) =>
        _refreshes.Add(1, new("issuer", issuer), new("result", succeeded ? "success" : "failure"));

    /// <summary>Seconds since each issuer's keys were last confirmed.</summary>
    public void ObserveKeyAge(Func<IEnumerable<Measurement<double>>> ages) =>
        _meter.CreateObservableGauge("gateway.keys.age", ages, "s", "Time since an issuer's keys were last confirmed.");

    /// <summary>Entries of other writers that could not be read.</summary>
    public void ObserveMalformedRevocations(Func<long> count) => _meter.CreateObservableCounter(
        "gateway.revocation.malformed", count, "{entry}", "Entries of the revocation log that could not be read and were skipped.");

    /// <summary>How often the log was found to have lost entries that replicas had read.</summary>
    public void ObserveLostRevocations(Func<long> count) => _meter.CreateObservableCounter(
        "gateway.revocation.lost", count, "{loss}", "Times the revocation log was found to have lost entries.");

    public void HeadersStripped(int count) => _strippedHeaders.Add(count);

    public void Dispose() => _meter.Dispose();

    private void Decided(string decision, string reason, string route, string? issuer)
    {
        if (_decisions.Enabled)
        {
            _decisions.Add(1, new("decision", decision), new("reason", reason), new("route", route), new("issuer", issuer ?? "unknown"));
        }
    }
}
