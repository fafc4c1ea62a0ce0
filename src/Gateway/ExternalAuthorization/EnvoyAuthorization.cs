using System.Net;
using System.Text;
using Gateway.ExternalAuthorization.Wire;
using Gateway.Identity;
using Gateway.Pipeline.Hygiene;
using Grpc.Core;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Gateway.ExternalAuthorization;

/// <summary>Envoy's <c>Check</c>: the same decisions, with the headers to set and those to remove.</summary>
internal sealed class EnvoyAuthorization(Decisions decisions) : Wire.Authorization.AuthorizationBase
{
    // google.rpc.Code, as in gRPC itself.
    private const int PermissionDenied = 7;
    private const int Unauthenticated = 16;

    public override async Task<CheckResponse> Check(CheckRequest request, ServerCallContext context)
    {
        // A fault of the proxy's configuration and not of the client, so an error of the call and not a decision.
        if (request.Attributes?.Request?.Http is not { } http)
        {
            throw new RpcException(
                new Grpc.Core.Status(
                    StatusCode.InvalidArgument, "The request has no HTTP attributes; only the HTTP filter ext_authz is served."));
        }

        var client = IPAddress.TryParse(request.Attributes.Source?.Address?.SocketAddress?.Address, out var address) ? address : null;
        var described = new DescribedRequest(
            http.Method, http.Scheme.Length == 0 ? "http" : http.Scheme, http.Path, HeadersOf(http), client, CanRemoveHeaders: true);
        return await decisions.DecideAsync(described, context.GetHttpContext().TraceIdentifier, context.CancellationToken) switch
        {
            AllowedRequest allowed => Allow(allowed),
            RejectedRequest rejected => Reject(rejected),
            var other => throw new InvalidOperationException($"{other} is no decision."),
        };
    }

    /// <summary>The client's headers, from either of the two fields that Envoy may use. Pseudo-headers are left out.</summary>
    private static HeaderDictionary HeadersOf(HttpAttributes http)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in http.Headers)
        {
            Add(name, value);
        }

        foreach (var header in http.HeaderMap?.Headers ?? [])
        {
            Add(header.Key, header.RawValue.Length > 0 ? RequestHeaderEncoding.Instance.GetString(header.RawValue.Span) : header.Value);
        }

        headers[HeaderNames.Host] = http.Host;
        return headers;

        void Add(string name, string value)
        {
            if (!name.StartsWith(':'))
            {
                headers[name] = StringValues.Concat(headers[name], value);
            }
        }
    }

    /// <summary>Headers to set replace the client's; headers to remove are named in lower case, as Envoy keeps them.</summary>
    private static CheckResponse Allow(AllowedRequest allowed)
    {
        var answer = new OkHttpResponse();
        answer.Headers.AddRange(allowed.Set.Select(header => Option(header, AppendAction.OverwriteIfExistsOrAdd)));
        answer.HeadersToRemove.AddRange(allowed.Absent.Concat(allowed.Removed).Select(name => name.ToLowerInvariant()));
        answer.QueryParametersToRemove.AddRange(allowed.RemovedParameters);
        return new CheckResponse { Status = new Wire.Status(), OkResponse = answer };
    }

    /// <summary>The response that Envoy sends to the client in place of the destination's.</summary>
    private static CheckResponse Reject(RejectedRequest rejected)
    {
        var answer = new DeniedHttpResponse
        {
            Status = new HttpStatus { Code = rejected.Status },
            Body = Encoding.UTF8.GetString(rejected.Body.Span),
        };
        // Another challenge or Allow must stand beside the first one; nothing else of a response that Envoy makes itself is there twice.
        answer.Headers.AddRange(rejected.Headers.Select(header => Option(
            header,
            header.Name.Equals(HeaderNames.WWWAuthenticate, StringComparison.OrdinalIgnoreCase)
                ? AppendAction.AppendIfExistsOrAdd
                : AppendAction.OverwriteIfExistsOrAdd)));
        return new CheckResponse
        {
            Status = new Wire.Status { Code = rejected.Status == StatusCodes.Status401Unauthorized ? Unauthenticated : PermissionDenied },
            DeniedResponse = answer,
        };
    }

    private static HeaderValueOption Option(IdentityHeader header, AppendAction action) =>
        new() { Header = new HeaderValue { Key = header.Name.ToLowerInvariant(), Value = header.Value }, AppendAction = action };
}
