using Gateway.Errors;

namespace Gateway.ExternalAuthorization;

/// <summary>
/// <c>/authorize</c>, by any method: 200 with the headers that the proxy must copy onto the request, or the response that the client should
/// get.
/// </summary>
internal sealed class ForwardAuth(Decisions decisions, CallerLog log)
{
    public const string Path = "/authorize";

    /// <summary>Responds to the proxy. The status decides there: 2xx lets the request pass, everything else goes to the client.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        if (!ForwardAuthRequest.TryRead(context, out var described, out var fault))
        {
            log.NotDescribed(context.Connection.RemoteIpAddress, fault);
            await Problem.WriteAsync(context, StatusCodes.Status400BadRequest, detail: fault);
            return;
        }

        var response = context.Response;
        switch (await decisions.DecideAsync(described, context.TraceIdentifier, context.RequestAborted))
        {
            case AllowedRequest allowed:
                foreach (var header in allowed.Set)
                {
                    response.Headers.Append(header.Name, header.Value);
                }

                // Empty, because proxies that copy a header overwrite the client's with it, and leave the client's where there is none.
                foreach (var name in allowed.Absent.Concat(allowed.Removed))
                {
                    response.Headers[name] = "";
                }

                response.Headers.CacheControl = "no-store";
                break;
            case RejectedRequest rejected:
                response.StatusCode = rejected.Status;
                foreach (var header in rejected.Headers)
                {
                    response.Headers.Append(header.Name, header.Value);
                }

                if (!HttpMethods.IsHead(context.Request.Method))
                {
                    await response.Body.WriteAsync(rejected.Body, context.RequestAborted);
                }

                break;
        }
    }
}
