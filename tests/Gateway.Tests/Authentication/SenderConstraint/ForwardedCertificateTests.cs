using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Authentication.SenderConstraint;

namespace Gateway.Tests.Authentication.SenderConstraint;

/// <summary>The forms in which proxies pass on the client's certificate.</summary>
public sealed class ForwardedCertificateTests
{
    private static readonly X509Certificate2 Certificate = Create("CN=client");
    private static readonly X509Certificate2 Other = Create("CN=authority, O=\"a;b,c=d\"");
    private static readonly string Pem = Certificate.ExportCertificatePem();
    private static readonly string Base64 = Convert.ToBase64String(Certificate.RawData);
    private static readonly string Hex = Convert.ToHexString(SHA256.HashData(Certificate.RawData));

    public static TheoryData<string, string> Forms => new()
    {
        { "nginx, $ssl_client_escaped_cert", Uri.EscapeDataString(Pem) },
        { "nginx, escaped line ends only", Pem.Replace("\n", "%0A", StringComparison.Ordinal) },
        { "PEM on one line", Pem.Replace('\n', ' ') },
        { "PEM of a chain", Uri.EscapeDataString($"{Pem}\n{Other.ExportCertificatePem()}") },
        { "Traefik 3", Base64 },
        { "Traefik 2", Uri.EscapeDataString(Base64) },
        { "Traefik, chain", $"{Base64},{Convert.ToBase64String(Other.RawData)}" },
        { "RFC 9440", $":{Base64}:" },
        { "Envoy, hash", $"Hash={Hex}" },
        { "Envoy, hash in lower case with subject", $"By=spiffe://a/b;Hash={Hex.ToLowerInvariant()};Subject=\"CN=client,O=a;b\\\"c\";URI=" },
        { "Envoy, certificate", $"By=spiffe://a/b;Cert=\"{Uri.EscapeDataString(Pem)}\"" },
        { "Envoy, both", $"Hash={Hex};Cert=\"{Uri.EscapeDataString(Pem)}\";Chain=\"{Uri.EscapeDataString(Pem)}\"" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Form_gives_the_hash_of_the_clients_certificate(string form, string header)
    {
        HashOf(header).ShouldBe(Hex, form);
        HashOf($" {header} ").ShouldBe(Hex, form);
    }

    public static TheoryData<string> Ambiguous => new()
    {
        "",
        " ",
        "text of a client",
        "%",
        "-----BEGIN CERTIFICATE-----",
        Pem[..200],
        "Hash=",
        $"Hash={Hex[..^2]}",
        $"Hash={Hex}00",
        $"Hash={Hex[..^1]}g",
        $"Hash={Hex};Hash={Hex}",
        $"Hash={Hex},Hash={Hex}",
        $"Hash={Hex},By=spiffe://a/b",
        $"By=spiffe://a/b,Hash={Hex}",
        $"Subject=\"CN=a;Hash={Hex}\"",
        $"Subject=\"CN=a;Hash={Hex}",
        $"Hash={Convert.ToHexString(SHA256.HashData(Other.RawData))};Cert=\"{Uri.EscapeDataString(Pem)}\"",
        "By=spiffe://a/b",
        new string('A', 17_000),
    };

    [Theory]
    [MemberData(nameof(Ambiguous))]
    public void What_cannot_be_read_in_one_way_is_no_certificate(string header) => HashOf(header).ShouldBeNull();

    [Fact]
    public void Any_text_is_read_without_a_fault() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => HashOf(text ?? "") != Hex
            && HashOf($"Hash={text}") != Hex && HashOf($"Cert=\"{text}\"") != Hex && HashOf($"-----BEGIN CERTIFICATE-----{text}") != Hex));

    private static string? HashOf(string header)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        return ForwardedCertificate.TryHash(header, hash) ? Convert.ToHexString(hash) : null;
    }

    private static X509Certificate2 Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest(name, key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
