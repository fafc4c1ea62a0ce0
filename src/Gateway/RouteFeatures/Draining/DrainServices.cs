namespace Gateway.RouteFeatures.Draining;

internal static class DrainServices
{
    public static void AddDrain(this IServiceCollection services, DrainSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        // The host counts from SIGTERM on.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Delay + settings.Timeout);
    }
}
