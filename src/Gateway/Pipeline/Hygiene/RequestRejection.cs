using Gateway.Errors;
using Gateway.Runtime;

namespace Gateway.Pipeline.Hygiene;

/// <summary>The answer to a request that two readers could understand differently.</summary>
internal static class RequestRejection
{
    public static Task WriteAsync(HttpContext context, RequestFault fault)
    {
        AuthDecision.Ambiguous(context, fault.ToString());
        var answer = RequestFaults.Of(fault);
        if (answer.Closes && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return Problem.WriteAsync(context, answer.Status, detail: answer.Detail);
    }
}
