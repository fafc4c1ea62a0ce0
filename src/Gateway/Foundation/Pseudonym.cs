using System.Security.Cryptography;
using System.Text;

namespace Gateway.Foundation;

/// <summary>
/// Replaces a subject or token id in the access log: the first 64 bits of SHA-256 over issuer, line feed and value, in hex. The hash has no
/// key, so that all replicas write the same text and an operator can compute it for a known subject. The issuer is included because two
/// issuers may use the same subject. A reader who guesses a subject can confirm the guess, so such a log is still personal data.
/// </summary>
internal static class Pseudonym
{
    private const int Bytes = 8;

    public static string Of(string issuer, string value) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer}\n{value}")).AsSpan(0, Bytes));
}
