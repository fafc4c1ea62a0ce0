using Gateway.Errors;
using Gateway.Runtime;

namespace Gateway.Pipeline.Hygiene;

/// <summary>Writes the response to an ambiguous request.</summary>
internal static class RequestRejection
{
    public static Task WriteAsync(HttpContext context, RequestFault fault)
    {
        AuthDecision.Ambiguous(context, fault.ToString());
        var response = RequestFaults.Of(fault);
        // On HTTP/2 each request has frames of its own, so no other request can be hidden in this one.
        if (response.Closes && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return Problem.WriteAsync(context, response.Status, detail: response.Detail);
    }
}
