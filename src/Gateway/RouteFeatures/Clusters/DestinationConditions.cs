using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.RouteFeatures.Clusters;

/// <summary>
/// The health of destinations, and since when it is so. YARP keeps the present state only, and calls its updater after each change of it.
/// </summary>
internal sealed class DestinationConditions(IClusterDestinationsUpdater inner, TimeProvider time) : IClusterDestinationsUpdater
{
    // A destination that a reload removes takes its entry along.
    private readonly ConditionalWeakTable<DestinationState, Changes> _changes = [];

    public void UpdateAvailableDestinations(ClusterState cluster)
    {
        Note(cluster);
        inner.UpdateAvailableDestinations(cluster);
    }

    public void UpdateAllDestinations(ClusterState cluster)
    {
        Note(cluster);
        inner.UpdateAllDestinations(cluster);
    }

    public ClusterCondition Of(ClusterState cluster)
    {
        var checks = cluster.Model.Config.HealthCheck;
        return new ClusterCondition(cluster.ClusterId,
        [
            .. from destination in cluster.Destinations.Values
               orderby destination.DestinationId
               let changes = ChangesOf(destination)
               select new DestinationCondition(
                   destination.DestinationId,
                   destination.Model.Config.Address,
                   checks?.Active?.Enabled == true ? changes.Active : null,
                   checks?.Passive?.Enabled == true ? changes.Passive : null),
        ]);
    }

    private void Note(ClusterState cluster)
    {
        foreach (var destination in cluster.Destinations.Values)
        {
            ChangesOf(destination);
        }
    }

    private Changes ChangesOf(DestinationState destination)
    {
        var changes = _changes.GetValue(destination, _ => new Changes(time.GetUtcNow()));
        changes.Note(destination.Health, time);
        return changes;
    }

    /// <summary>Both findings about one destination.</summary>
    private sealed class Changes(DateTimeOffset first)
    {
        private volatile HealthFinding _active = new(DestinationHealth.Unknown, first);
        private volatile HealthFinding _passive = new(DestinationHealth.Unknown, first);

        public HealthFinding Active => _active;

        public HealthFinding Passive => _passive;

        public void Note(DestinationHealthState health, TimeProvider time)
        {
            if (health.Active is var active && active != _active.State)
            {
                _active = new HealthFinding(active, time.GetUtcNow());
            }

            if (health.Passive is var passive && passive != _passive.State)
            {
                _passive = new HealthFinding(passive, time.GetUtcNow());
            }
        }
    }
}
