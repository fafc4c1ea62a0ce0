using Gateway.RouteFeatures.Limits;

namespace Gateway.Pipeline.Limits;

/// <summary>
/// Sets <c>RateLimit-Policy</c> and <c>RateLimit</c> when the response starts, also when a destination or another stage has written it.
/// Headers of these names that a destination sends on a route with a limit are overwritten.
/// </summary>
internal sealed class RateLimitAnnouncement(HttpContext context, RateLimitFields fields, string limit)
{
    private static readonly Func<object, Task> Write = static state =>
    {
        ((RateLimitAnnouncement)state).SetHeaders();
        return Task.CompletedTask;
    };

    public static void Make(HttpContext context, RateLimit limit, in RateLimitCount count) =>
        context.Response.OnStarting(Write, new RateLimitAnnouncement(context, limit.Fields, limit.Fields.Write(count)));

    private void SetHeaders()
    {
        var headers = context.Response.Headers;
        headers[RateLimitFields.Policy] = fields.PolicyValue;
        headers[RateLimitFields.Limit] = limit;
    }
}
