using System.Collections.Frozen;
using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry;

/// <summary>
/// The samplers that <c>OTEL_TRACES_SAMPLER</c> can name. With each of them, only a client's request starts a trace; health probes,
/// background key loads and other work without a request do not.
/// </summary>
internal static class TraceSamplers
{
    /// <summary>The SDK's default.</summary>
    public const string Default = "parentbased_always_on";

    private static readonly FrozenDictionary<string, Func<double, Sampler>> Samplers = new Dictionary<string, Func<double, Sampler>>
    {
        ["always_on"] = _ => new AlwaysOnSampler(),
        ["always_off"] = _ => new AlwaysOffSampler(),
        ["traceidratio"] = ratio => new TraceIdRatioBasedSampler(ratio),
        [Default] = _ => new ParentBasedSampler(new AlwaysOnSampler()),
        ["parentbased_always_off"] = _ => new ParentBasedSampler(new AlwaysOffSampler()),
        ["parentbased_traceidratio"] = ratio => new ParentBasedSampler(new TraceIdRatioBasedSampler(ratio)),
    }.ToFrozenDictionary();

    public static IEnumerable<string> Names => Samplers.Keys.Order();

    public static bool Knows(string name) => Samplers.ContainsKey(name);

    /// <param name="ratio">From 0 to 1; used by the samplers by trace id.</param>
    public static Sampler Create(string name, double ratio) => new RequestSampler(Samplers[name](ratio));

    private sealed class RequestSampler(Sampler inner) : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
        {
            var parent = samplingParameters.ParentContext;
            var isRoot = parent.TraceId == default;
            // always_on and traceidratio ignore the parent, so they would record the children of a root that was dropped here.
            var isDroppedHere = !isRoot && !parent.IsRemote && !parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
            return isDroppedHere || (isRoot && samplingParameters.Kind != ActivityKind.Server)
                ? new SamplingResult(SamplingDecision.Drop)
                : inner.ShouldSample(samplingParameters);
        }
    }
}
