using Gateway.Policies;
using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Explanation;

/// <summary>The route that a person names, with its policy.</summary>
internal static class RouteChoice
{
    /// <summary>False with what is wrong. Without a name it is any route that takes every valid token.</summary>
    public static bool TryFind(ConfigurationReading reading, string? name, out string? route, out RoutePolicy policy, out string? fault)
    {
        (route, policy, fault) = (null, RoutePolicy.Authenticated, null);
        if (name is null)
        {
            return true;
        }

        // YARP compares the ids of routes without regard to case.
        var found = reading.Routes.FirstOrDefault(candidate => candidate.RouteId.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (found is null)
        {
            fault = $"route: there is no route {Shown.Quoted(name)}. " +
                $"{Suggestion.For(name, reading.Routes.Select(candidate => candidate.RouteId))}";
            return false;
        }

        route = found.RouteId;
        policy = reading.Settings.Policies[found.AuthorizationPolicy!];
        return true;
    }
}
