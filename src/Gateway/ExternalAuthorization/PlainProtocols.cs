using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Gateway.ExternalAuthorization;

/// <summary>
/// HTTP/1.1 and HTTP/2 on one port without TLS. The server asks the TLS handshake which of them a connection speaks; here the first bytes
/// tell, and the connection carries what a handshake would have negotiated.
/// </summary>
internal sealed class PlainProtocols : ITlsConnectionFeature, ITlsApplicationProtocolFeature
{
    // Holds no state, so one object serves every connection.
    private static readonly PlainProtocols Http2 = new();
    private static readonly ReadOnlyMemory<byte> Http2Name = "h2"u8.ToArray();

    // A connection that sends nothing is closed, as the server closes one that sends no headers.
    private static readonly TimeSpan FirstBytes = TimeSpan.FromSeconds(15);

    /// <summary>How an HTTP/2 connection begins (RFC 9113 section 3.4). No method of HTTP/1.1 is called that.</summary>
    private static ReadOnlySpan<byte> Preface => "PRI "u8;

    public ReadOnlyMemory<byte> ApplicationProtocol => Http2Name;

    public X509Certificate2? ClientCertificate
    {
        get => null;
        set { }
    }

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult<X509Certificate2?>(null);

    /// <summary>Adds the step to the connections of a listener, before the server reads from them.</summary>
    public static void Use(ListenOptions listen, TimeProvider time)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => async connection =>
        {
            if (await IsHttp2Async(connection, time) is not { } isHttp2)
            {
                return;
            }

            if (isHttp2)
            {
                connection.Features.Set<ITlsConnectionFeature>(Http2);
                connection.Features.Set<ITlsApplicationProtocolFeature>(Http2);
            }

            await next(connection);
        });
    }

    /// <summary>Null when the connection has ended before it said anything.</summary>
    private static async Task<bool?> IsHttp2Async(ConnectionContext connection, TimeProvider time)
    {
        using var late = new CancellationTokenSource(FirstBytes, time);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(late.Token);
                var isHttp2 = StartsWithPreface(read.Buffer, out var isKnown);
                // Nothing is consumed, and the server reads the same bytes again; only while they do not suffice are more awaited.
                input.AdvanceTo(read.Buffer.Start, isKnown ? read.Buffer.Start : read.Buffer.End);
                if (isKnown || read.IsCompleted)
                {
                    return isHttp2;
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            connection.Abort();
            return null;
        }
    }

    /// <param name="isKnown">False when the bytes so far fit the preface and are too few to decide.</param>
    private static bool StartsWithPreface(in ReadOnlySequence<byte> buffer, out bool isKnown)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        var length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        var isSame = Preface.StartsWith(first[..length]);
        isKnown = length == first.Length || !isSame;
        return isKnown && isSame;
    }
}
