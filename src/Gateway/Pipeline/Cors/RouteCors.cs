using Gateway.Foundation;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Gateway.Pipeline.Cors;

/// <summary>
/// ASP.NET Core's CORS stage for the routes that name a policy, and for those alone: it opens a scope of services and a dictionary for
/// each request it sees (docs/decisions/0007-frames.md).
/// </summary>
internal static class RouteCors
{
    public static void UseRouteCors(this IApplicationBuilder app) => app.UseOnceNeeded(HasPolicy, static routed => routed.UseCors());

    private static bool HasPolicy(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ICorsMetadata>() is not null;
}
