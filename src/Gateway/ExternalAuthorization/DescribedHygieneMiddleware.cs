using Gateway.Identity;
using Gateway.Pipeline.Hygiene;
using Gateway.Runtime;

namespace Gateway.ExternalAuthorization;

/// <summary>Rejects what the gateway would change before it forwards, and another proxy cannot.</summary>
internal sealed class DescribedHygieneMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var described = DescribedContext.Of(context).Described;
        // The gateway may merge slashes before it forwards; the other proxy forwards the path as it is.
        var fault = described.Split().Path.Contains("//", StringComparison.Ordinal) ? RequestFault.TargetSlashes
            : described.CanRemoveHeaders || !KeepsUnremovable(context, described) ? RequestFault.None
            : RequestFault.HeaderNotRemovable;
        return fault == RequestFault.None ? next(context) : RequestRejection.WriteAsync(context, fault);
    }

    /// <summary>
    /// Whether hygiene has removed a header that the proxy would forward: it cannot be told to remove other names than those it is
    /// configured with.
    /// </summary>
    private static bool KeepsUnremovable(HttpContext context, DescribedRequest described)
    {
        var settings = GatewayRequest.Of(context).Snapshot.Settings;
        foreach (var (name, _) in described.Headers)
        {
            if (!context.Request.Headers.ContainsKey(name)
                && !DecisionHeaders.IsIgnored(name)
                && !described.LeavesToProxy(name)
                && !name.Equals(settings.ClientCertificate.Header, StringComparison.OrdinalIgnoreCase)
                && !ProtectedHeaders.WithDefaults(settings.Identity.HeaderNames).Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
