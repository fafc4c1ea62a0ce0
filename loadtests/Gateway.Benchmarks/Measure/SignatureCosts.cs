using System.Text.Json;
using Gateway.Benchmarks.Measure.Peers;
using Gateway.Benchmarks.Measure.Statistics;
using Gateway.Benchmarks.Servers;
using Gateway.Jose;

namespace Gateway.Benchmarks.Measure;

/// <summary>
/// What a signature costs alone, in processor time of one thread of this process: the part of a request with a new token that no peer can
/// save.
/// </summary>
internal static class SignatureCosts
{
    private const int Rounds = 15;
    private const long Round = 20_000_000; // nanoseconds

    /// <summary>Microseconds by algorithm.</summary>
    /// <param name="tokens">The folder with the signed tokens and the keys.</param>
    public static IReadOnlyDictionary<string, double> Measure(string tokens)
    {
        using var keys = JsonDocument.Parse(File.ReadAllText(ComparedKeys.KeySet(tokens)));
        return keys.RootElement.GetProperty("keys").EnumerateArray().ToDictionary(
            jwk => jwk.GetProperty("kid").GetString()!,
            jwk => Measure(jwk, File.ReadLines(Path.Combine(tokens, $"{jwk.GetProperty("kid").GetString()}.txt")).First()));
    }

    private static double Measure(JsonElement jwk, string token)
    {
        var algorithm = SignatureAlgorithms.Find(jwk.GetProperty("alg").GetString())
            ?? throw new InvalidDataException("A key has no known algorithm.");
        if (!JsonWebKey.TryRead(jwk, out var key, out var why))
        {
            throw new InvalidDataException($"A key cannot be used: {why}.");
        }

        return RatioEstimate.MedianOf(Enumerable.Range(0, Rounds).Select(_ =>
        {
            var (count, start) = (0, ProcessClock.ReadThread());
            for (; ProcessClock.ReadThread() - start < Round; count++)
            {
                if (!TokenParts.IsSigned(token, algorithm, key))
                {
                    throw new InvalidDataException($"The first {algorithm.Algorithm} token does not verify.");
                }
            }

            return (ProcessClock.ReadThread() - start) / 1000.0 / count;
        }));
    }
}
