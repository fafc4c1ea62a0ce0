using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Settings;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>Checks <c>Gateway:Revocation:Redis</c>. Messages name options, never their values: one of them is a password.</summary>
internal static class RedisCheck
{
    private const string Section = "Gateway:Revocation:Redis";
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(10);

    // Options that the client library ignores or misreads.
    private static readonly ImmutableDictionary<string, string> Rejected = ImmutableDictionary.CreateRange(
        StringComparer.OrdinalIgnoreCase,
        [
            KeyValuePair.Create("channelPrefix", "Use KeyPrefix; it counts for keys and channels."),
        ]);

    // Only these names are shown in messages: other text may be part of a password that contains a comma.
    private static readonly ImmutableSortedSet<string> Options = ImmutableSortedSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "abortConnect", "allowAdmin", "asyncTimeout", "checkCertificateRevocation", "configChannel", "configCheckSeconds", "connectRetry",
        "connectTimeout", "defaultDatabase", "heartbeatInterval", "keepAlive", "name", "password", "protocol", "proxy", "resolveDns",
        "responseTimeout", "serviceName", "setlib", "ssl", "sslHost", "sslProtocols", "syncTimeout", "tiebreaker", "user", "version",
        "writeBuffer");

    public static RedisSettings Build(RedisOptions options, SettingsContext context)
    {
        var report = context.Report;
        report.Range($"{Section}:Timeout", options.Timeout, ShortestTimeout, LongestTimeout);
        report.Range($"{Section}:WaitReplicas", options.WaitReplicas, 0, 16);

        if (options.KeyPrefix.Any(char.IsControl))
        {
            report.Error($"{Section}:KeyPrefix", "the prefix contains a control character.", "Choose a name such as gateway:.");
        }

        var connection = CheckConnection(options.Connection, report);
        if (connection is { Password: not null } && options.PasswordFile is not null)
        {
            report.Error($"{Section}:PasswordFile", "the connection string has a password too.", "Keep the file.");
        }

        if (connection is { Ssl: false } && (options.CaFile ?? options.CertificateFile ?? options.CertificateKeyFile) is not null)
        {
            report.Error(Section, "CaFile and CertificateFile have no effect without TLS.", "Add ssl=true to Connection.");
        }

        return new RedisSettings
        {
            Connection = options.Connection,
            Name = string.Join(", ", connection?.EndPoints.Select(NameOf) ?? []),
            PasswordFile = ExistingFile("PasswordFile", options.PasswordFile, context),
            KeyPrefix = options.KeyPrefix,
            Timeout = options.Timeout,
            WaitReplicas = options.WaitReplicas,
            Authorities = AuthorityFile.Load($"{Section}:CaFile", options.CaFile, context),
            Certificate = LoadCertificate(options, context),
        };
    }

    private static ConfigurationOptions? CheckConnection(string connection, ConfigurationReport report)
    {
        const string path = $"{Section}:Connection";
        if (connection.Contains("://", StringComparison.Ordinal))
        {
            report.Error(path, "this is a URL.", "Write host:port, and ssl=true after a comma for TLS.");
            return null;
        }

        var isGood = true;
        foreach (var (index, part) in connection.Split(',', StringSplitOptions.TrimEntries).Index())
        {
            if (part.IndexOf('=', StringComparison.Ordinal) is var end and >= 0)
            {
                var name = part[..end].Trim();
                if (Rejected.TryGetValue(name, out var cure))
                {
                    report.Error(path, $"the option \"{name}\" is not supported.", cure);
                    isGood = false;
                }
                else if (!IsUnderstood($"localhost,{part}"))
                {
                    report.Error(
                        path,
                        Options.TryGetValue(name, out var known)
                            ? $"the option \"{known}\" has an invalid value."
                            : $"part {index + 1} is an unknown option or has an invalid value.",
                        "Correct it; the options are those of StackExchange.Redis. Write a password with a comma into PasswordFile.");
                    isGood = false;
                }
            }
        }

        if (!isGood)
        {
            return null;
        }

        if (!IsUnderstood(connection) || ConfigurationOptions.Parse(connection) is not { EndPoints.Count: > 0 } options)
        {
            report.Error(path, "the connection string names no server.", "Write host:port; separate several by commas.");
            return null;
        }

        options.SetDefaultPorts();
        return options;
    }

    private static bool IsUnderstood(string connection)
    {
        try
        {
            ConfigurationOptions.Parse(connection);
            return true;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static string NameOf(EndPoint endPoint) => endPoint is DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endPoint.ToString() ?? "";

    private static string? ExistingFile(string name, string? file, SettingsContext context)
    {
        if (file is null)
        {
            return null;
        }

        var path = context.Resolve(file);
        if (!File.Exists(path))
        {
            context.Report.Error(
                $"{Section}:{name}", "the file does not exist.",
                "Mount it, or correct the path; a relative one starts at the folder of yarp.json.");
        }

        return path;
    }

    private static X509Certificate2? LoadCertificate(RedisOptions options, SettingsContext context)
    {
        if (options.CertificateFile is null)
        {
            if (options.CertificateKeyFile is not null)
            {
                context.Report.Error($"{Section}:CertificateKeyFile", "the key has no certificate.", "Set CertificateFile too.");
            }

            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(
                context.Resolve(options.CertificateFile), options.CertificateKeyFile is { } key ? context.Resolve(key) : null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            context.Report.Error(
                $"{Section}:CertificateFile", "the certificate and its key cannot be read.",
                "Mount PEM files; a relative path starts at the folder of yarp.json.");
            return null;
        }
    }
}
