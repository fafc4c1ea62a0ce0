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
    private readonly RouterWatch _router;
    private volatile ProxyRoutes _config;
    private bool _isStuck;
    private TaskCompletionSource<Exception?>? _applying;

    public LiveProxyConfig(LiveGateway live, RouteHandles handles, RouterWatch router) =>
        (_live, _handles, _router, _config) = (live, handles, router, ProxyRoutes.First(live.Current));

    public IProxyConfig GetConfig() => _config;

    /// <summary>
    /// Null when YARP routes by the next snapshot from now on, else why it does not. Then YARP has the routes and clusters in effect again.
    /// </summary>
    public async Task<Exception?> ApplyAsync(GatewaySnapshot next)
    {
        if (_isStuck)
        {
            return new InvalidOperationException("The router has not followed an earlier change.");
        }

        var builds = _router.Builds;
        // Announced before, because YARP asks for the settings of a route while it builds the route.
        _live.Announce(next);
        if (await HandOverAsync(_config.ChangedTo(next)) is not { } fault)
        {
            return null;
        }

        _isStuck = _router.Builds != builds;
        _live.Withdraw();
        _handles.Abandon();
        // YARP changes clusters before routes, and one after the other, so it may have taken a part.
        _isStuck |= await HandOverAsync(_config.RebuiltFor(_live.Current)) is not null;
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
        var applying = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _applying = applying;
        var replaced = _config;
        _config = routes;
        _handles.Prepare(routes.Routes, _live.Newest);
        replaced.SignalChange();
        // A configuration that YARP could not take is still the one whose change it waits for.
        return await applying.Task;
    }
}
