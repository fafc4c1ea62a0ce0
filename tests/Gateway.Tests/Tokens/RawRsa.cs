using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Tokens;

/// <summary>
/// RSA without a library's care: signs whatever block it is given, so that a test can make signatures whose number is right and whose
/// padding is not (RFC 8017 sections 8 and 9).
/// </summary>
internal static class RawRsa
{
    public const int Length = 256;

    private static readonly RSAParameters Key = Generate();
    private static readonly BigInteger Modulus = Number(Key.Modulus!);
    private static readonly BigInteger Exponent = Number(Key.D!);

    /// <summary>DER of the DigestInfo before a SHA-256 hash, RFC 8017 section 9.2 note 1.</summary>
    public static readonly byte[] Sha256Info = Convert.FromHexString("3031300D060960864801650304020105000420");

    public static JsonObject Jwk => new()
    {
        ["kty"] = "RSA",
        ["kid"] = "raw",
        ["n"] = Base64Url.EncodeToString(Key.Modulus),
        ["e"] = Base64Url.EncodeToString(Key.Exponent),
    };

    /// <summary>block ^ d mod n.</summary>
    public static byte[] Sign(byte[] block) => Bytes(BigInteger.ModPow(Number(block), Exponent, Modulus), Length);

    /// <summary>The signature plus the modulus: the same number modulo n in as many bytes, when there is room.</summary>
    public static byte[]? PlusModulus(byte[] signature)
    {
        var sum = Number(signature) + Modulus;
        return sum.GetBitLength() > Length * 8 ? null : Bytes(sum, Length);
    }

    /// <summary>The negative of the signature modulo n.</summary>
    public static byte[] Negated(byte[] signature) => Bytes(Modulus - Number(signature), Length);

    /// <summary>EMSA-PKCS1-v1_5: 00 01 FF .. FF 00 info hash; a test respells the parts.</summary>
    public static byte[] Pkcs1Block(byte[] digestInfo) => [0, 1, .. Fill(Length - digestInfo.Length - 3, 0xFF), 0, .. digestInfo];

    /// <summary>EMSA-PSS with SHA-256.</summary>
    public static byte[] PssBlock(
        byte[] input, int saltLength, HashAlgorithmName mask, byte trailer = 0xBC, byte beforeSalt = 1, byte padding = 0)
    {
        var hash = SHA256.HashData(input);
        byte[] salt = [.. Fill(saltLength, 0x5A)];
        var h = SHA256.HashData([.. new byte[8], .. hash, .. salt]);
        byte[] db = [.. Fill(Length - saltLength - h.Length - 2, padding), beforeSalt, .. salt];
        var masked = Xor(db, Mgf1(h, db.Length, mask));
        masked[0] &= 0x7F;
        return [.. masked, .. h, trailer];
    }

    public static IEnumerable<byte> Fill(int count, byte value) => Enumerable.Repeat(value, count);

    private static byte[] Mgf1(byte[] seed, int length, HashAlgorithmName hash)
    {
        var mask = new List<byte>();
        var counter = new byte[4];
        for (var i = 0; mask.Count < length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(counter, i);
            mask.AddRange(CryptographicOperations.HashData(hash, [.. seed, .. counter]));
        }

        return [.. mask.Take(length)];
    }

    private static byte[] Xor(byte[] left, byte[] right) => [.. left.Zip(right, (a, b) => (byte)(a ^ b))];

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number, int length)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - bytes.Length], .. bytes];
    }

    private static RSAParameters Generate()
    {
        while (true)
        {
            using var rsa = RSA.Create(Length * 8);
            var key = rsa.ExportParameters(true);
            // A modulus well below the next power of two leaves room for numbers above it in as many bytes.
            if (key.Modulus![0] < 0xD0)
            {
                return key;
            }
        }
    }
}
