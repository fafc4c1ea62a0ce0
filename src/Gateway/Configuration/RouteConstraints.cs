using Gateway.Foundation;
using Microsoft.AspNetCore.Routing.Constraints;

namespace Gateway.Configuration;

/// <summary>Routing with constraints that take linear time, for the gateway and for the checks of its configuration.</summary>
internal static class RouteConstraints
{
    /// <summary>
    /// Routing comes before authentication, so with the framework's backtracking <c>regex</c> any client could keep a core busy for 10 s.
    /// </summary>
    public static IServiceCollection AddLinearRouting(this IServiceCollection services)
    {
        services.AddRouting();
        // After all others: each call that adds routing may set the framework's constraint again.
        services.PostConfigure<RouteOptions>(options => options.SetParameterPolicy<LinearRegexConstraint>("regex"));
        return services;
    }

    // Routing passes the text in the parentheses.
    private sealed class LinearRegexConstraint(string pattern) : RegexRouteConstraint(LinearPattern.CompileForRoute(pattern));
}
