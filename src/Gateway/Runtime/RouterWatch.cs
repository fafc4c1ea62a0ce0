namespace Gateway.Runtime;

/// <summary>
/// Counts the routers that the framework has begun to build. A router whose build failed does not follow changes any more and routes by
/// the old routes.
/// </summary>
internal sealed class RouterBuilds
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add() => Interlocked.Increment(ref _count);
}

/// <summary>Made anew for each router, before anything of its build can fail.</summary>
internal sealed class RouterWatch : MatcherPolicy
{
    public RouterWatch(RouterBuilds builds) => builds.Add();

    public override int Order => 0;
}
