using System.Net;
using System.Net.Http.Headers;
using Gateway.Benchmarks.Measure.Load;
using Gateway.Benchmarks.Measure.Plan;
using Gateway.ExternalAuthorization.Wire;

namespace Gateway.Benchmarks.Measure.Peers;

/// <summary>Correctness before speed: a peer must respond 200 to a good token and, if it checks tokens, 401 to a bad one.</summary>
internal static class PeerCheck
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    // A client of its own for each request: HttpClient would keep connections that count as a peer's.
    private static SocketsHttpHandler Handler => new()
    {
        UseCookies = false,
        ActivityHeadersPropagator = null,
        SslOptions = LoopbackTls.Options,
    };

    /// <summary>Waits until the peer responds 200 to the good request, for half a minute at most, then tries the bad one.</summary>
    public static async Task RunAsync(Peer peer, Transport transport, RequestSource source, CancellationToken cancellationToken)
    {
        Task<int> Ask(MeasuredRequest request) => peer.Addresses.Body is null
            ? AskAsync(peer, transport, request, cancellationToken)
            : CheckAsync(peer, request, cancellationToken);

        var good = await UntilOkAsync(() => Ask(source.Good()), () => peer.HasEnded, cancellationToken);
        if (good != 200)
        {
            throw new InvalidOperationException(
                $"{peer.Kind} responds {good} to a good {source.Kind} token over {transport}. It printed:\n{peer.Output}");
        }

        var bad = await Ask(source.Bad());
        if (peer.Checks && bad != 401)
        {
            throw new InvalidOperationException(
                $"{peer.Kind} responds {bad} to a bad {source.Kind} token over {transport}: a comparison with it would mean nothing.");
        }
    }

    /// <summary>Until the server responds 200.</summary>
    public static async Task WaitForAsync(Uri url, MeasuredProgram program, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(Handler);
        var status = await UntilOkAsync(
            async () => (int)(await client.GetAsync(url, cancellationToken)).StatusCode, () => program.HasEnded, cancellationToken);
        if (status != 200)
        {
            throw new InvalidOperationException($"{url} responds {status}. The program printed:\n{program.Output}");
        }
    }

    /// <summary>0 when no connection was possible.</summary>
    private static async Task<int> UntilOkAsync(Func<Task<int>> ask, Func<bool> hasEnded, CancellationToken cancellationToken)
    {
        var (status, start) = (0, TimeProvider.System.GetTimestamp());
        while (status != 200 && TimeProvider.System.GetElapsedTime(start) < Deadline && !hasEnded())
        {
            try
            {
                status = await ask();
            }
            catch (HttpRequestException)
            {
                status = 0;
            }

            if (status != 200)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }

        return status;
    }

    public static async Task<int> AskAsync(Peer peer, Transport transport, MeasuredRequest request, CancellationToken cancellationToken)
    {
        using var message = Message(HttpMethod.Get, peer, transport);
        message.Headers.TryAddWithoutValidation("Authorization", request.Authorization);
        if (request.Proof is not null)
        {
            message.Headers.TryAddWithoutValidation("DPoP", request.Proof);
        }

        using var client = new HttpClient(Handler);
        using var response = await client.SendAsync(message, cancellationToken);
        return (int)response.StatusCode;
    }

    /// <summary>The decision of an ext_authz service, as the status that the client would get.</summary>
    private static async Task<int> CheckAsync(Peer peer, MeasuredRequest request, CancellationToken cancellationToken)
    {
        using var message = Message(HttpMethod.Post, peer, Transport.Http2);
        message.Content = new ByteArrayContent(EnvoyQuestion.Body(request));
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        message.Headers.TryAddWithoutValidation("te", "trailers");
        using var client = new HttpClient(Handler);
        using var response = await client.SendAsync(message, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK || body.Length < EnvoyQuestion.PrefixLength)
        {
            return (int)HttpStatusCode.BadGateway;
        }

        var decision = CheckResponse.Parser.ParseFrom(body[EnvoyQuestion.PrefixLength..]);
        return decision.OkResponse is not null && decision.Status.Code == 0 ? 200 : decision.DeniedResponse.Status.Code;
    }

    private static HttpRequestMessage Message(HttpMethod method, Peer peer, Transport transport)
    {
        var message = new HttpRequestMessage(method, peer.Addresses.Url(transport))
        {
            Version = transport == Transport.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        message.Headers.Host = MeasuredRequest.Host;
        return message;
    }
}
