using Microsoft.AspNetCore.Routing.Matching;

namespace Gateway.Runtime;

/// <summary>
/// Notices that the framework's router is built. After a build that failed, the router does not follow changes any more and routes by the
/// old routes.
/// </summary>
internal sealed class RouterWatch : MatcherPolicy, INodeBuilderPolicy
{
    private int _builds;

    /// <summary>Increases while a router is built.</summary>
    public int Builds => Volatile.Read(ref _builds);

    // Before a policy that fails.
    public override int Order => int.MinValue;

    /// <summary>Asked for each node of a router that is built.</summary>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints)
    {
        Interlocked.Increment(ref _builds);
        return false;
    }

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) => [];

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) =>
        throw new NotSupportedException();
}
