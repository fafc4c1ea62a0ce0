using Gateway.Benchmarks.Measure.Plan;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>The requests of one kind of token.</summary>
/// <param name="Good">A request that must pass; a new one each time where one passes only once.</param>
/// <param name="Bad">A request that a peer must reject with 401 if it checks tokens.</param>
/// <param name="Turn">The requests of a turn, by the number of the round. The number after the last is for warm-up.</param>
/// <param name="IsCyclic">Whether a turn may send them again.</param>
/// <param name="Status">What a peer that checks tokens responds to each request of a turn.</param>
internal sealed record RequestSource(
    TokenKind Kind, Func<MeasuredRequest> Good, Func<MeasuredRequest> Bad, Func<int, IReadOnlyList<MeasuredRequest>> Turn, bool IsCyclic,
    int Status = 200);
