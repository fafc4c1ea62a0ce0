using Yarp.ReverseProxy.Configuration;

namespace Gateway.Runtime;

/// <summary>
/// Hands YARP the routes and clusters that were read, and tells whether YARP has taken them. A route that has not changed is handed over as
/// the same object, so that YARP and the router keep what they built of it.
/// </summary>
internal sealed class LiveProxyConfig : IProxyConfigProvider, IConfigChangeListener
{
    private readonly LiveGateway _live;
    private readonly RouteHandles _handles;
    private readonly RouterBuilds _builds;
    private volatile ProxyRoutes _config;
    private bool _isStuck;
    private TaskCompletionSource<Exception?>? _applying;

    public LiveProxyConfig(LiveGateway live, RouteHandles handles, RouterBuilds builds) =>
        (_live, _handles, _builds, _config) = (live, handles, builds, ProxyRoutes.First(live.Current.Reading));

    public IProxyConfig GetConfig() => _config;

    /// <summary>The routes of a configuration that follows the one in effect.</summary>
    public ProxyRoutes RoutesOf(ConfigurationReading next) => _config.ChangedTo(next);

    /// <summary>
    /// Null when YARP routes by the next snapshot from now on, else why it does not. Then YARP has the routes and clusters in effect again.
    /// </summary>
    /// <param name="routes">What <see cref="RoutesOf"/> returned.</param>
    public async Task<Exception?> ApplyAsync(GatewaySnapshot next, ProxyRoutes routes)
    {
        if (_isStuck)
        {
            return new InvalidOperationException("The router has not followed an earlier change.");
        }

        var before = _builds.Count;
        // Announced before, because YARP asks for the settings of a route while it builds the route.
        _live.Announce(next);
        var fault = await HandOverAsync(routes);
        _isStuck = fault is not null && _builds.Count != before;
        fault ??= _handles.FindLeftBehind(routes.Routes, next) is { } left
            ? new InvalidOperationException($"Route {left} is still that of the last configuration.")
            : null;
        if (fault is null)
        {
            return null;
        }

        _live.Withdraw();
        _handles.Abandon();
        // YARP changes clusters before routes, and one after the other, so it may have taken a part.
        _isStuck |= await HandOverAsync(_config.RebuiltFor(_live.Current.Reading)) is not null;
        return fault;
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

    private async Task<Exception?> HandOverAsync(ProxyRoutes routes)
    {
        _handles.Prepare(routes.Routes, _live.Newest);
        var applying = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _applying = applying;
        var replaced = _config;
        _config = routes;
        replaced.SignalChange();
        // A configuration that YARP could not take is still the one whose change it waits for.
        return await applying.Task;
    }
}
