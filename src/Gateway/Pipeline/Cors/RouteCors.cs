using Gateway.Foundation;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Gateway.Pipeline.Cors;

/// <summary>
/// Runs ASP.NET Core's CORS stage only for routes that name a policy, because it creates a service scope and a dictionary for each request
/// (docs/decisions/0007-frames.md).
/// </summary>
internal static class RouteCors
{
    public static void UseRouteCors(this IApplicationBuilder app) => app.UseOnceNeeded(HasPolicy, static routed => routed.UseCors());

    private static bool HasPolicy(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ICorsMetadata>() is not null;
}
