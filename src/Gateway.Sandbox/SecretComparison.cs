using System.Security.Cryptography;
using System.Text;

namespace Gateway.Sandbox;

/// <summary>Compares secrets in a time that tells nothing about them; hashing first hides their lengths too.</summary>
internal static class SecretComparison
{
    public static bool Matches(string expected, string presented) =>
        CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(presented)));
}
