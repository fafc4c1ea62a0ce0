using System.Security.Cryptography;
using System.Text;

namespace Gateway.Foundation;

/// <summary>
/// Stands for a subject or a token id in the access log: the first 64 bits of SHA-256 over issuer, line feed and value, in hex. Without a
/// key, so that every replica writes the same and an operator who looks for a subject can work it out; the issuer keeps equal names of two
/// issuers apart. A reader who guesses a subject can confirm the guess, so such a log is still personal data.
/// </summary>
internal static class Pseudonym
{
    private const int Bytes = 8;

    public static string Of(string issuer, string value) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{issuer}\n{value}")).AsSpan(0, Bytes));
}
