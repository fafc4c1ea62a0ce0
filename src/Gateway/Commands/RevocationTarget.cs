using System.CommandLine;
using Gateway.Configuration;
using Gateway.Revocation;
using Gateway.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Commands;

/// <summary>What the revocation commands share: which store, and which kind and value of which issuer.</summary>
internal sealed class RevocationTarget
{
    private readonly Option<string> _config = ConfigOption.Create();

    private readonly Argument<string> _kind = new("KIND") { Description = $"What is named: {string.Join(", ", RevocationNames.Kinds)}." };

    private readonly Argument<string> _value = new("VALUE")
    {
        Description = "The jti, subject, session or client id; for `token` the compact token on standard input (-) or its hash; for `issuer` the issuer.",
    };

    private readonly Option<string?> _issuer = new("--issuer")
    {
        Description = "The issuer: its name in yarp.json or its `iss`. May be left out when there is one.",
        HelpName = "ISSUER",
    };

    public void AddTo(Command command)
    {
        _kind.AcceptOnlyFromAmong([.. RevocationNames.Kinds]);
        command.Arguments.Add(_kind);
        command.Arguments.Add(_value);
        command.Options.Add(_issuer);
        command.Options.Add(_config);
    }

    /// <summary>The entry's kind, issuer and value; null with a message on standard error when they make no sense.</summary>
    public async Task<(RevocationEntry Entry, IssuerProfile Issuer, IRevocationLog Log)?> ReadAsync(ParseResult result)
    {
        var settings = await RevocationStoreAccess.OpenAsync(result.GetValue(_config)!);
        // The argument accepts nothing but the kinds.
        _ = RevocationNames.TryParse(result.GetValue(_kind), out RevocationKind kind);
        var value = result.GetValue(_value)!;
        var name = result.GetValue(_issuer) ?? (kind == RevocationKind.Issuer ? value : null);
        if (Find(settings.Issuers, name) is not { } issuer)
        {
            await Console.Error.WriteLineAsync(
                $"Name the issuer with --issuer: {string.Join(", ", settings.Issuers.Names)}; for one of a family, its whole `iss`.");
            return null;
        }

        if (kind == RevocationKind.Token && value == "-")
        {
            value = RevocationKeys.HashOf((await Console.In.ReadToEndAsync()).Trim());
        }

        var entry = new RevocationEntry(kind, issuer.Issuer, kind == RevocationKind.Issuer ? issuer.Issuer : value, 0);
        return (entry, issuer, RevocationStoreAccess.LogOf(settings));
    }

    private static IssuerProfile? Find(IssuerDirectory issuers, string? name)
    {
        if (name is null)
        {
            return issuers is { Issuers: [var only], Templates: [] } ? only : null;
        }

        return issuers.Issuers.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? (issuers.TryFind(name, TimeProvider.System, out var found, out _) ? found : null);
    }
}

/// <summary>The store that a configuration names, for a command that runs beside the gateway.</summary>
internal static class RevocationStoreAccess
{
    /// <exception cref="ConfigurationException">The configuration has errors, or its store lives inside the gateway's process.</exception>
    public static async Task<GatewaySettings> OpenAsync(string config)
    {
        var settings = await GatewayApp.CheckAsync(new GatewayAppOptions { ConfigFile = config });
        return settings.Revocation.Store == RevocationStore.Memory
            ? throw new ConfigurationException([new ConfigurationError(
                Path.GetFileName(config), "Gateway:Revocation:Store", "the Memory store cannot be reached from another process.", "Use Sqlite or Redis.")])
            : settings;
    }

    public static IRevocationLog LogOf(GatewaySettings settings) => RevocationServices.CreateLog(settings, TimeProvider.System, NullLoggerFactory.Instance);

    /// <summary>The log replayed: what is revoked now.</summary>
    public static async Task<IReadOnlyCollection<RevocationEntry>> ReadLiveAsync(IRevocationLog log, CancellationToken cancellationToken)
    {
        var live = new Dictionary<RevocationKey, RevocationEntry>();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        RevocationPage page = default;
        do
        {
            page = await log.ReadAfterAsync(page.Position, cancellationToken);
            foreach (var entry in page.Entries)
            {
                var key = entry.Key;
                if (entry.Operation == RevocationOperation.Restore)
                {
                    live.Remove(key);
                }
                else if (entry.Expires >= now)
                {
                    // As in the gateway's memory: of two entries for one name the later cut-off and the later expiry count.
                    live[key] = live.TryGetValue(key, out var known)
                        ? entry with { Expires = Math.Max(known.Expires, entry.Expires), Before = entry.Before > known.Before || entry.Before is null ? entry.Before : known.Before }
                        : entry;
                }
            }
        }
        while (!page.IsLast);
        return live.Values;
    }
}
