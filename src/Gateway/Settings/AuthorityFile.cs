using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Settings;

/// <summary>Loads a PEM file with the certificate authorities to trust instead of the system's.</summary>
internal static class AuthorityFile
{
    /// <param name="path">The setting that names the file.</param>
    /// <returns>Null when no file is named. An unusable file is reported.</returns>
    public static X509Certificate2Collection? Load(string path, string? file, SettingsContext context)
    {
        if (file is null)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(context.Resolve(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // The error is reported below, as for a file without a certificate.
        }

        if (authorities.Count == 0)
        {
            context.Report.Error(
                path, "no certificate can be read from this file.", "Mount a PEM file; a relative path starts at the folder of yarp.json.");
        }

        return authorities;
    }
}
