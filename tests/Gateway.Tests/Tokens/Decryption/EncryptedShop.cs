using Gateway.Issuers.Decryption;
using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tests.Authentication;
using Jose;

namespace Gateway.Tests.Tokens.Decryption;

/// <summary>A shop that takes encrypted tokens, and keys of each kind that they are encrypted for.</summary>
internal sealed class EncryptedShop : IDisposable
{
    public static readonly EncryptionKey Rsa = EncryptionKey.Rsa();
    public static readonly EncryptionKey P256 = EncryptionKey.Ec("enc-256");
    public static readonly EncryptionKey P521 = EncryptionKey.Ec("enc-521", "nistP521");
    public static readonly EncryptionKey Secret16 = EncryptionKey.Secret(16, "enc-16");
    public static readonly EncryptionKey Secret32 = EncryptionKey.Secret(32, "enc-32");
    public static readonly EncryptionKey Secret64 = EncryptionKey.Secret(64, "enc-64");

    public static readonly JweAlgorithm[] Managements =
        [JweAlgorithm.RSA_OAEP_256, JweAlgorithm.ECDH_ES, JweAlgorithm.ECDH_ES_A128KW, JweAlgorithm.ECDH_ES_A256KW, JweAlgorithm.DIR];

    public static readonly JweEncryption[] Encryptions =
        [JweEncryption.A128GCM, JweEncryption.A256GCM, JweEncryption.A128CBC_HS256, JweEncryption.A256CBC_HS512];

    public const string OtherIssuer = "https://other.example.com";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys-");

    public EncryptedShop(params EncryptionKey[] keys)
        : this(false, keys)
    {
    }

    /// <param name="hasOther">Whether there is a second issuer, with the same keys, that does not encrypt.</param>
    public EncryptedShop(bool hasOther, params EncryptionKey[] keys)
    {
        Keys = Load(keys.Length == 0 ? [Rsa, P256, P521, Secret16, Secret32, Secret64] : keys);
        var plain = new Shop().Profile with { Name = "other", Issuer = OtherIssuer };
        Bench = new AuthenticatorBench(new Shop(profile => profile with { Decryption = Keys }, hasOther ? [plain] : []));
    }

    public DecryptionKeys Keys { get; }

    public AuthenticatorBench Bench { get; }

    public Shop Shop => Bench.Shop;

    private static string AcceptedTag => Tokens.Shop.Accepted;

    public static EncryptionKey KeyFor(JweAlgorithm management, JweEncryption encryption) => (management, encryption) switch
    {
        (JweAlgorithm.RSA_OAEP_256, _) => Rsa,
        (JweAlgorithm.DIR, JweEncryption.A128GCM) => Secret16,
        (JweAlgorithm.DIR, JweEncryption.A256CBC_HS512) => Secret64,
        (JweAlgorithm.DIR, _) => Secret32,
        (JweAlgorithm.ECDH_ES_A256KW, _) => P521,
        _ => P256,
    };

    public string Token(
        JweAlgorithm management, JweEncryption encryption, string? inner = null, IReadOnlyDictionary<string, object?>? headers = null) =>
        KeyFor(management, encryption).Encrypt(inner ?? Shop.Token().Build(), management, encryption, headers);

    /// <summary>"accepted", or the tag of the reason; the explanation must say the same.</summary>
    public async Task<string> DecideAsync(string token)
    {
        var reason = await Bench.DecideAsync(token);
        Shop.Explain(token).Reason.ShouldBe(reason);
        return reason is { } why ? Rejections.Of(why).Tag : AcceptedTag;
    }

    public DecryptionKeys Load(params EncryptionKey[] keys)
    {
        var file = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, EncryptionKey.KeySet(keys));
        return DecryptionKeys.Load(new DecryptionFile(file));
    }

    public void Dispose()
    {
        Bench.Dispose();
        _folder.Delete(recursive: true);
    }
}
