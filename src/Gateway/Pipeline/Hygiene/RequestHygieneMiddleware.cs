using Gateway.Errors;
using Gateway.Identity;
using Gateway.Runtime;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// Refuses what is ambiguous and removes what only the gateway may say, before anything is decided and on every request: to public
/// routes, without token, with a bad one, and to no route at all.
/// </summary>
internal sealed class RequestHygieneMiddleware(RequestDelegate next, LiveGateway live, GatewayMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        // A request goes by one configuration from here to its end, whatever is read meanwhile.
        var snapshot = live.Current;
        context.Features[typeof(GatewayRequest)] = new GatewayRequest(snapshot);
        // What a trusted proxy says of client and target is checked like what a client says.
        snapshot.Settings.TrustedProxies?.Apply(context);
        var fault = Check(context, snapshot.Settings.ProtectedHeaders, out var stripped);
        if (stripped > 0)
        {
            metrics.HeadersStripped(stripped);
        }

        return fault == RequestFault.None ? next(context) : RefuseAsync(context, fault);
    }

    private static RequestFault Check(HttpContext context, ProtectedHeaders guarded, out int stripped)
    {
        stripped = 0;
        var request = context.Request;
        var isHttp11 = HttpProtocol.IsHttp11(request.Protocol);
        // RFC 9110 section 9.3.8: TRACE would send the client its own credentials back, headers we add included.
        if (HttpMethods.IsTrace(request.Method))
        {
            return RequestFault.Method;
        }

        if (!HasClearHost(request))
        {
            return RequestFault.Host;
        }

        if (!UpgradeRequest.IsClear(context))
        {
            return RequestFault.Upgrade;
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var fault = RequestTarget.Check(target, request.Path.Value ?? "", isHttp11 || HttpProtocol.IsHttp10(request.Protocol));
        return fault == RequestFault.None
            ? RequestHeaders.Check(request.Headers, guarded, isHttp11, out stripped)
            : fault;
    }

    /// <summary>One non-empty host. The dot that ends a fully qualified name goes, or it would name a host that no route knows.</summary>
    private static bool HasClearHost(HttpRequest request)
    {
        var value = request.Host.Value ?? "";
        // The colon before the port, which an IPv6 address has more of, each within brackets.
        var colon = value.LastIndexOf(':');
        var end = colon > value.LastIndexOf(']') ? colon : value.Length;
        if (end > 0 && value[end - 1] == '.')
        {
            end--;
            request.Host = new HostString(string.Concat(value.AsSpan(0, end), value.AsSpan(end + 1)));
        }

        return end > 0 && value[end - 1] != '.';
    }

    private static Task RefuseAsync(HttpContext context, RequestFault fault)
    {
        AuthDecision.Ambiguous(context, fault.ToString());
        if (fault == RequestFault.Framing && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            // Where this message ends is in doubt, so nothing after it on this connection can be trusted.
            context.Response.Headers.Connection = "close";
        }

        var answer = RequestFaults.Of(fault);
        return Problem.WriteAsync(context, answer.Status, detail: answer.Detail);
    }
}
