using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Settings;

namespace Gateway.Tests.Configuration;

/// <summary>The public addresses and their certificates: what the server would reject, ignore, or read as something else.</summary>
public sealed class ListenerCheckTests
{
    private const string Pair = "\"Path\": \"a.pem\", \"KeyPath\": \"a.key\"";

    private static readonly Dictionary<string, string> Files = CreateFiles();

    [Theory]
    [InlineData("\"Endpionts\": { \"a\": { \"Url\": \"http://*:8443\" } }", "Kestrel:Endpionts", "Did you mean \"Endpoints\"?")]
    [InlineData("\"Endpoint\": { \"a\": { \"Url\": \"http://*:8443\" } }", "Kestrel:Endpoint", "Did you mean \"Endpoints\"?")]
    [InlineData(
        "\"Endpoints\": { \"a\": { \"Url\": \"http://*:8443\", \"Protocols\": \"Htp2\" } }", "Kestrel:Endpoints:a:Protocols",
        "Did you mean \"Http2\"?")]
    [InlineData(
        "\"Endpoints\": { \"a\": { \"Url\": \"http://*:8443\", \"Protocol\": \"Http2\" } }", "Kestrel:Endpoints:a:Protocol",
        "Did you mean \"Protocols\"?")]
    [InlineData(
        "\"Endpoints\": { \"a\": { \"Url\": \"https://*:8443\", \"SslProtocols\": [\"Tls14\"], \"Certificate\": { " + Pair + " } } }",
        "Kestrel:Endpoints:a:SslProtocols:0", "Did you mean")]
    [InlineData(
        "\"Endpoints\": { \"a\": { \"Url\": \"https://*:8443\", \"ClientCertificateMode\": \"Required\", \"Certificate\": { " +
            Pair +
            " } } }",
        "Kestrel:Endpoints:a:ClientCertificateMode", "Known names")]
    [InlineData(
        "\"Endpoints\": { \"a\": { \"Url\": \"https://*:8443\", \"Certificate\": { \"Paht\": \"a.pem\", \"KeyPath\": \"a.key\" } } }",
        "Kestrel:Endpoints:a:Certificate:Paht", "Did you mean \"Path\"?")]
    [InlineData("\"Limits\": { \"MaxConcurrentConnections\": 1 }", "Kestrel:Limits", "Remove it;")]
    [InlineData("\"Endpoints\": { \"a\": { \"Protocols\": \"Http2\" } }", "Kestrel:Endpoints:a:Url", "Write one such as")]
    [InlineData("\"Endpoints\": { \"a\": { \"Url\": \"8443\" } }", "Kestrel:Endpoints:a:Url", "Write one such as")]
    [InlineData("\"Endpoints\": { \"a\": { \"Url\": \"ftp://*:8443\" } }", "Kestrel:Endpoints:a:Url", "Write one such as")]
    [InlineData("\"Endpoints\": { \"a\": { \"Url\": \"http://*:many\" } }", "Kestrel:Endpoints:a:Url", "Write one such as")]
    [InlineData("\"Endpoints\": { \"a\": { \"Url\": \"http://*:70000\" } }", "Kestrel:Endpoints:a:Url", "Write one such as")]
    [InlineData("\"Endpoints\": { \"a\": { \"Url\": \"http://*:8443/api\" } }", "Kestrel:Endpoints:a:Url", "Write one such as")]
    [InlineData("\"Endpoints\": { \"a\": { \"Url\": \"http://localhost:0\" } }", "Kestrel:Endpoints:a:Url", "Write one such as")]
    [InlineData(
        "\"Endpoints\": { \"a\": { \"Url\": \"https://*:8443\" } }", "Kestrel:Endpoints:a:Certificate", "Set Path and KeyPath here")]
    [InlineData(
        "\"Endpoints\": { \"a\": { \"Url\": \"http://*:8443\", \"Certificate\": { " + Pair + " } } }", "Kestrel:Endpoints:a:Certificate",
        "Write https in Url")]
    [InlineData("\"Endpoints\": { \"a\": { \"Url\": \"http://*:8081\" } }", "Gateway:Management:Port", "Choose another port")]
    [InlineData(
        "\"Endpoints\": { \"a\": { \"Url\": \"http://127.0.0.1:9001\" }, \"b\": { \"Url\": \"http://localhost:9001\" } }",
        "Kestrel:Endpoints:b:Url", "Choose another port")]
    [InlineData(
        "\"Endpoints\": { \"a\": { \"Url\": \"http://*:9001\" }, \"b\": { \"Url\": \"http://[::1]:9001\" } }", "Kestrel:Endpoints:b:Url",
        "Choose another port")]
    public async Task Listener_that_would_not_open_as_written_is_an_error(string kestrel, string path, string cure)
    {
        var errors = await ErrorsAsync($"\"Kestrel\": {{ {kestrel} }}");

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Cure.ShouldStartWith(cure);
        error.Location.ShouldStartWith("yarp.json:");
    }

    [Theory]
    [InlineData("\"Path\": \"none.pem\", \"KeyPath\": \"a.key\"", ":Path", "the file does not exist.")]
    [InlineData("\"Path\": \"a.pem\", \"KeyPath\": \"none.key\"", ":KeyPath", "the file does not exist.")]
    [InlineData("\"Path\": \".\", \"KeyPath\": \"a.key\"", ":Path", "this is a folder, not a file.")]
    [InlineData("\"Path\": \"empty\", \"KeyPath\": \"a.key\"", ":Path", "this file is empty.")]
    [InlineData("\"Path\": \"text\", \"KeyPath\": \"a.key\"", ":Path", "there is no certificate in PEM form in this file.")]
    [InlineData("\"Path\": \"a.pem\", \"KeyPath\": \"text\"", ":KeyPath", "there is no private key in PEM form in this file.")]
    [InlineData("\"Path\": \"a.pem\", \"KeyPath\": \"b.key\"", ":KeyPath", "this private key does not belong to the certificate.")]
    [InlineData("\"Path\": \"a.pem\"", ":KeyPath", "a certificate in PEM form needs its private key.")]
    [InlineData("\"Path\": \"text\"", ":Path", "this is not a PKCS 12 file that opens with the Password.")]
    [InlineData("\"Path\": \"a.pem\", \"KeyPath\": \"locked.key\"", ":Password", "the private key is encrypted, and there is no password.")]
    [InlineData(
        "\"Path\": \"a.pem\", \"KeyPath\": \"locked.key\", \"Password\": \"canary\"", ":KeyPath",
        "the private key in this file does not open with the Password.")]
    [InlineData("\"Path\": \"a.pem\", \"KeyPath\": \"a.key\", \"Password\": \"canary\"", ":Password", "the private key is not encrypted.")]
    [InlineData("\"KeyPath\": \"a.key\"", "", "this names no certificate.")]
    [InlineData("\"Path\": \"a.pem\", \"KeyPath\": \"a.key\", \"Subject\": \"x\"", "", "this names two certificates.")]
    [InlineData(
        "\"Subject\": \"unknown.example\"", ":Subject", "the system's store has no valid certificate of this subject with a private key.")]
    public async Task Certificate_that_cannot_be_shown_is_an_error(string certificate, string path, string problem)
    {
        foreach (var (section, place) in new[]
        {
            (
                $"\"Kestrel\": {{ \"Endpoints\": {{ \"a\": {{ \"Url\": \"https://*:8443\", \"Certificate\": {{ {certificate} }} }} }} }}",
                "Kestrel:Endpoints:a:Certificate"),
            (
                $"\"Urls\": \"https://*:8443\", \"Kestrel\": {{ \"Certificates\": {{ \"Default\": {{ {certificate} }} }} }}",
                "Kestrel:Certificates:Default"),
        })
        {
            var error = (await ErrorsAsync(section)).ShouldHaveSingleItem();

            error.Path.ShouldBe(place + path);
            error.Problem.ShouldBe(problem);
            error.ToString().ShouldNotContain("canary");
        }
    }

    [Theory]
    [InlineData("\"Kestrel\": { \"Endpoints\": { \"a\": { \"Url\": \"https://*:8443\", \"Certificate\": { " + Pair + " } } } }")]
    [InlineData(
        "\"Kestrel\": { \"Endpoints\": { \"a\": { \"Url\": \"https://*:8443\", \"Certificate\": { \"Path\": \"a.pem\", \"KeyPath\": " +
            "\"locked.key\", \"Password\": \"pw\" } } } }")]
    [InlineData(
        "\"Kestrel\": { \"Endpoints\": { \"a\": { \"Url\": \"https://*:8443\", \"Sni\": { \"a.example\": { \"Certificate\": { " +
            Pair +
            " } } } } } }")]
    [InlineData(
        "\"Kestrel\": { \"Endpoints\": { \"a\": { \"Url\": \"http://127.0.0.1:9001\" }, \"b\": { \"Url\": \"http://127.0.0.2:9001\" } } }")]
    [InlineData("\"Urls\": \"http://unix:/tmp/gateway.sock;http://*:0;http://*:0\"")]
    [InlineData("\"Logging\": { \"LogLevel\": { \"Default\": \"warning\" }, \"Console\": { \"FormatterName\": \"systemd\" } }")]
    public async Task Listener_that_opens_is_accepted(string section)
    {
        (await ErrorsAsync(section)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"LogLevl\": { \"Default\": \"Warning\" }", "Logging:LogLevl", "Did you mean \"LogLevel\"?")]
    [InlineData("\"LogLevel\": { \"Default\": \"Warn\" }", "Logging:LogLevel:Default", "Known names")]
    [InlineData("\"Consle\": { \"LogLevel\": { \"Default\": \"Warning\" } }", "Logging:Consle", "Did you mean \"Console\"?")]
    [InlineData("\"Console\": { \"FormatterName\": \"jsn\" }", "Logging:Console:FormatterName", "Did you mean \"Json\"?")]
    [InlineData(
        "\"Console\": { \"FormatterOptions\": { \"SingelLine\": true } }", "Logging:Console:FormatterOptions:SingelLine",
        "Did you mean \"SingleLine\"?")]
    public async Task Logging_that_would_be_ignored_is_an_error(string logging, string path, string cure)
    {
        var error = (await ErrorsAsync($"\"Logging\": {{ {logging} }}")).ShouldHaveSingleItem();

        error.Path.ShouldBe(path);
        error.Cure.ShouldStartWith(cure);
    }

    private static Task<IReadOnlyList<ConfigurationError>> ErrorsAsync(string section) =>
        CheckedConfiguration.ErrorsOfAsync(CheckedConfiguration.With("\"Gateway\": {", $"{section}, \"Gateway\": {{"), files: Files);

    private static Dictionary<string, string> CreateFiles()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return new Dictionary<string, string>
        {
            ["a.pem"] = certificate.ExportCertificatePem(),
            ["a.key"] = key.ExportPkcs8PrivateKeyPem(),
            ["b.key"] = other.ExportPkcs8PrivateKeyPem(),
            ["locked.key"] = key.ExportEncryptedPkcs8PrivateKeyPem(
                "pw", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
            ["text"] = "not a certificate",
            ["empty"] = "",
        };
    }
}
