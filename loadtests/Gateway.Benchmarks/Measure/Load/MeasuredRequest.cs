using System.Text;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>A GET with a token; the same bytes for each peer, so that a DPoP proof fits too.</summary>
/// <param name="Authorization">The value of the header.</param>
/// <param name="Proof">The value of the header DPoP.</param>
internal sealed record MeasuredRequest(string Authorization, string? Proof = null)
{
    public const string Host = "api.bench.test";

    public static MeasuredRequest Bearer(string token) => new($"Bearer {token}");

    /// <param name="isLast">Whether the connection ends with the response.</param>
    public byte[] ToBytes(string path, bool isLast)
    {
        var (proof, close) = (Proof is null ? "" : $"DPoP: {Proof}\r\n", isLast ? "Connection: close\r\n" : "");
        return Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {Host}\r\nAuthorization: {Authorization}\r\n{proof}{close}\r\n");
    }
}
