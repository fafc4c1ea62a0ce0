using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Configuration.Listening;

/// <summary>
/// A server certificate in files, as <c>Kestrel:Endpoints:...:Certificate</c> names them. Handshakes take the last pair that was good;
/// connections that are open keep theirs.
/// </summary>
internal sealed class EndpointCertificate(string path, string? keyPath, string? password)
{
    // Set by Look on one thread, read by every handshake. The old context is not disposed: handshakes under way may still use it.
    private volatile SslStreamCertificateContext? _current;
    // The hash of both files. Content and not time, because Kubernetes replaces mounted files by moving a symbolic link.
    private string? _seen;

    public string Path => path;

    /// <summary>Null until files have been read; until then the server uses what it has read itself.</summary>
    public SslStreamCertificateContext? Current => _current;

    /// <summary>Reads the files when what is written in them has changed, wherever links lead. Not for two callers at once.</summary>
    /// <returns>The certificate that is used from now on; null when nothing has changed.</returns>
    /// <exception cref="CryptographicException">What has changed is no pair that can be used.</exception>
    /// <exception cref="IOException">A file is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public X509Certificate2? Look(DateTimeOffset now)
    {
        var certificate = File.ReadAllBytes(path);
        var key = keyPath is null ? [] : File.ReadAllBytes(keyPath);
        var hash = Convert.ToHexString(SHA256.HashData([.. SHA256.HashData(certificate), .. SHA256.HashData(key)]));
        if (hash == _seen)
        {
            return null;
        }

        // What is bad is looked at once, not each time.
        _seen = hash;
        var all = Load(certificate, key);
        var own = all.FirstOrDefault(candidate => candidate.HasPrivateKey) ?? throw new CryptographicException("There is no private key.");
        if (own.NotAfter.ToUniversalTime() <= now)
        {
            throw new CryptographicException($"The certificate has expired at {own.NotAfter.ToUniversalTime():u}.");
        }

        // Clients need the issuers between ours and theirs, which come in the same file.
        all.Remove(own);
        _current = SslStreamCertificateContext.Create(own, all, offline: true);
        return own;
    }

    /// <summary>The server's certificate with its key, and the other certificates of the file.</summary>
    private X509Certificate2Collection Load(byte[] certificate, byte[] key)
    {
        if (keyPath is null)
        {
            return X509CertificateLoader.LoadPkcs12Collection(certificate, password);
        }

        var (chain, text, keyText) = (new X509Certificate2Collection(), Text(certificate), Text(key));
        chain.ImportFromPem(text);
        chain[0] = password is null
            ? X509Certificate2.CreateFromPem(text, keyText)
            : X509Certificate2.CreateFromEncryptedPem(text, keyText, password);
        return chain;
    }

    private static string Text(byte[] pem) => System.Text.Encoding.ASCII.GetString(pem);
}
