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
        if (response.Closes && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return Problem.WriteAsync(context, response.Status, detail: response.Detail);
    }
}
