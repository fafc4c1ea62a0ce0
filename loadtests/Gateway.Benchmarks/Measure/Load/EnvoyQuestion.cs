using System.Buffers.Binary;
using Gateway.ExternalAuthorization.Wire;
using Google.Protobuf;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>What an Envoy asks its ext_authz service about a request: the body of a gRPC call.</summary>
internal static class EnvoyQuestion
{
    /// <summary>A byte that says that the message is not compressed, and four for its length.</summary>
    public const int PrefixLength = 5;

    public static byte[] Body(MeasuredRequest request)
    {
        var http = new HttpAttributes { Method = "GET", Path = "/orders/1", Host = MeasuredRequest.Host, Scheme = "http" };
        http.Headers["authorization"] = request.Authorization;
        var client = new Address { SocketAddress = new SocketAddress { Address = "192.0.2.7" } };
        var question = new CheckRequest
        {
            Attributes = new AttributeContext
            {
                Source = new ExternalAuthorization.Wire.Peer { Address = client },
                Request = new Request { Http = http },
            },
        };
        var message = question.ToByteArray();
        var body = new byte[PrefixLength + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), message.Length);
        message.CopyTo(body, PrefixLength);
        return body;
    }
}
