using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gateway.Settings;

namespace Gateway.Configuration.Listening;

/// <summary>Opens the certificate of an endpoint as the server will, and says what is wrong with it.</summary>
internal static class CertificateCheck
{
    private const string OneSource = "Set Path for a file, or Subject for the system's store.";

    public static void Run(IConfigurationSection section, SettingsContext context)
    {
        var report = context.Report;
        var (path, keyPath, password, subject) = (section[nameof(CertificateOptions.Path)], section[nameof(CertificateOptions.KeyPath)],
            section[nameof(CertificateOptions.Password)], section[nameof(CertificateOptions.Subject)]);
        if (string.IsNullOrEmpty(path) == string.IsNullOrEmpty(subject))
        {
            report.Error(
                section.Path, string.IsNullOrEmpty(path) ? "this names no certificate." : "this names two certificates.", OneSource);
            return;
        }

        if (string.IsNullOrEmpty(path))
        {
            CheckStore(section, subject!, report);
            return;
        }

        var certificate = NamedFile.Read($"{section.Path}:{nameof(CertificateOptions.Path)}", path, context);
        // Without a key file the certificate file must hold both, as PKCS 12 does.
        if (string.IsNullOrEmpty(keyPath))
        {
            if (certificate is not null)
            {
                CheckPkcs12(section, certificate, password, report);
            }

            return;
        }

        var key = NamedFile.Read($"{section.Path}:{nameof(CertificateOptions.KeyPath)}", keyPath, context);
        if (certificate is not null && key is not null)
        {
            CheckPair(section, Encoding.ASCII.GetString(certificate), Encoding.ASCII.GetString(key), password, report);
        }
    }

    private static void CheckPkcs12(IConfigurationSection section, byte[] content, string? password, ConfigurationReport report)
    {
        var path = $"{section.Path}:{nameof(CertificateOptions.Path)}";
        if (Encoding.ASCII.GetString(content).Contains("-----BEGIN CERTIFICATE", StringComparison.Ordinal))
        {
            report.Error(
                $"{section.Path}:{nameof(CertificateOptions.KeyPath)}", "a certificate in PEM form needs its private key.",
                "Name the file of the key here.");
            return;
        }

        try
        {
            if (!X509CertificateLoader.LoadPkcs12Collection(content, password).Any(certificate => certificate.HasPrivateKey))
            {
                report.Error(path, "there is no private key in this file.", "Export the certificate with its key.");
            }
        }
        catch (CryptographicException)
        {
            report.Error(
                path, "this is not a PKCS 12 file that opens with the Password.",
                "Correct the Password or the file; for PEM files set KeyPath too.");
        }
    }

    /// <summary>A certificate and its key in PEM files. The causes are told apart, because each has another cure.</summary>
    private static void CheckPair(
        IConfigurationSection section, string certificate, string key, string? password, ConfigurationReport report)
    {
        var (keyPath, passwordPath) =
            ($"{section.Path}:{nameof(CertificateOptions.KeyPath)}", $"{section.Path}:{nameof(CertificateOptions.Password)}");
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(certificate);
        }
        catch (CryptographicException)
        {
            chain.Clear();
        }

        if (chain.Count == 0)
        {
            report.Error(
                $"{section.Path}:{nameof(CertificateOptions.Path)}", "there is no certificate in PEM form in this file.",
                "Use a file with -----BEGIN CERTIFICATE-----.");
            return;
        }

        var isEncrypted = key.Contains("ENCRYPTED", StringComparison.Ordinal);
        if (isEncrypted && password is null)
        {
            report.Error(
                passwordPath, "the private key is encrypted, and there is no password.",
                "Set Password, by an environment variable if it must not be in the file.");
        }
        else if (!isEncrypted && password is not null)
        {
            report.Error(passwordPath, "the private key is not encrypted.", "Remove the password, or encrypt the key.");
        }
        else if (!IsKey(key, password))
        {
            report.Error(
                keyPath,
                isEncrypted
                    ? "the private key in this file does not open with the Password."
                    : "there is no private key in PEM form in this file.",
                isEncrypted ? "Correct the Password." : "Use a file with -----BEGIN PRIVATE KEY-----.");
        }
        else if (!Fits(certificate, key, password))
        {
            report.Error(
                keyPath, "this private key does not belong to the certificate.", "Use the key that the certificate was issued for.");
        }
    }

    /// <summary>
    /// A certificate in the system's store, searched as the server does: by a part of the subject, and by default only valid ones.
    /// </summary>
    private static void CheckStore(IConfigurationSection section, string subject, ConfigurationReport report)
    {
        try
        {
            var location = Enum.TryParse<StoreLocation>(section[nameof(CertificateOptions.Location)], ignoreCase: true, out var known)
                ? known
                : StoreLocation.CurrentUser;
            using var store =
                new X509Store(section[nameof(CertificateOptions.Store)] is { Length: > 0 } name ? name : nameof(StoreName.My), location);
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            var validOnly = section[nameof(CertificateOptions.AllowInvalid)] is not ("true" or "True");
            if (store.Certificates.Find(X509FindType.FindBySubjectName, subject, validOnly).Any(found => found.HasPrivateKey))
            {
                return;
            }
        }
        catch (CryptographicException)
        {
            // The store does not exist, so it has no certificate.
        }

        report.Error(
            $"{section.Path}:{nameof(CertificateOptions.Subject)}",
            "the system's store has no valid certificate of this subject with a private key.", "Install it, or use Path.");
    }

    /// <summary>Whether the text is a private key of a kind that a server certificate can have here, RSA or ECDSA.</summary>
    private static bool IsKey(string key, string? password) =>
        Try(() => { using var rsa = RSA.Create(); Import(rsa, key, password); })
            || Try(() => { using var ecdsa = ECDsa.Create(); Import(ecdsa, key, password); });

    private static bool Fits(string certificate, string key, string? password) => Try(() =>
    {
        using var pair = password is null
            ? X509Certificate2.CreateFromPem(certificate, key)
            : X509Certificate2.CreateFromEncryptedPem(certificate, key, password);
    });

    private static void Import(AsymmetricAlgorithm algorithm, string key, string? password)
    {
        if (password is null)
        {
            algorithm.ImportFromPem(key);
        }
        else
        {
            algorithm.ImportFromEncryptedPem(key, password);
        }
    }

    /// <summary>
    /// False when the library rejects what it is given. Its message is not shown: the caller names the setting and the cure.
    /// </summary>
    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
