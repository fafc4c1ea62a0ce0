using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Runtime;

/// <summary>
/// Hands YARP the routes and clusters that were read, each route marked with its snapshot, and tells whether YARP has taken them.
/// </summary>
internal sealed class LiveProxyConfig : IProxyConfigProvider, IConfigChangeListener
{
    private volatile Config _config;
    private TaskCompletionSource<Exception?>? _applying;

    public LiveProxyConfig(LiveGateway live) => _config = new Config(live.Current);

    public IProxyConfig GetConfig() => _config;

    /// <summary>Null when YARP routes by the snapshot from now on, else why it does not.</summary>
    public async Task<Exception?> ApplyAsync(GatewaySnapshot snapshot)
    {
        var applying = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _applying = applying;
        var replaced = _config;
        _config = new Config(snapshot);
        replaced.SignalChange();
        // A configuration that YARP could not take is still the one whose change it waits for.
        return await applying.Task;
    }

    public void ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception) => _applying?.TrySetResult(exception);

    public void ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
    }

    public void ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception) =>
        _applying?.TrySetResult(exception);

    public void ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
        if (proxyConfigs.Contains(_config))
        {
            _applying?.TrySetResult(null);
        }
    }

    private sealed class Config : IProxyConfig
    {
        private readonly ConfigurationReloadToken _change = new();

        public Config(GatewaySnapshot snapshot)
        {
            RevisionId = snapshot.Revision;
            // One for all routes without metadata of their own, which most are.
            var mark = new Dictionary<string, string> { [LiveGateway.RevisionKey] = snapshot.Revision };
            Routes = [.. snapshot.Reading.Routes.Select(route => route with { Metadata = Mark(route.Metadata, mark) })];
            Clusters = snapshot.Reading.Clusters;
        }

        public string RevisionId { get; }

        public IReadOnlyList<RouteConfig> Routes { get; }

        public IReadOnlyList<ClusterConfig> Clusters { get; }

        public IChangeToken ChangeToken => _change;

        public void SignalChange() => _change.OnReload();

        private static Dictionary<string, string> Mark(IReadOnlyDictionary<string, string>? own, Dictionary<string, string> mark) =>
            own is null or { Count: 0 } ? mark : new(own) { [LiveGateway.RevisionKey] = mark[LiveGateway.RevisionKey] };
    }
}
