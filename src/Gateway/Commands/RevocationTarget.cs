using System.CommandLine;
using Gateway.Configuration;
using Gateway.Foundation;
using Gateway.Host;
using Gateway.Jose;
using Gateway.Revocation;
using Gateway.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Commands;

/// <summary>What the revocation commands share: which store, and which kind and value of which issuer.</summary>
internal sealed class RevocationTarget
{
    public const string OneIssuer = "The issuer: its name in yarp.json or its `iss`. May be left out when there is one.";

    private readonly Option<string> _config = ConfigOption.Create();

    private readonly Argument<string> _kind = new("KIND") { Description = $"What is named: {string.Join(", ", RevocationNames.Kinds)}." };

    private readonly Argument<string> _value = new("VALUE")
    {
        Description = "The jti, subject, session or client id; for `token` the compact token on standard input (-) or its hash; for " +
            "`issuer` the issuer.",
    };

    private readonly Option<string?> _issuer = new("--issuer") { Description = OneIssuer, HelpName = "ISSUER" };

    /// <summary>Adds the arguments and options that name a revocation. Called once for each instance.</summary>
    public void AddTo(Command command)
    {
        _kind.AcceptOnlyFromAmong([.. RevocationNames.Kinds]);
        command.Arguments.Add(_kind);
        command.Arguments.Add(_value);
        command.Options.Add(_issuer);
        command.Options.Add(_config);
    }

    /// <summary>The request without its times and reason, and where it goes.</summary>
    public async Task<(RevocationRequest Request, StoreReading Settings)> ReadAsync(ParseResult result)
    {
        var settings = RevocationStoreAccess.Open(result.GetValue(_config)!);
        var request = new RevocationRequest(result.GetValue(_kind), result.GetValue(_issuer), result.GetValue(_value));
        if (request is { Kind: "token", Value: "-" })
        {
            // A hash names exactly this text, so a forged token can revoke nothing else.
            var token = (await Console.In.ReadToEndAsync()).Trim();
            request = request with { Value = RevocationKeys.HashOf(token), Issuer = request.Issuer ?? IssuerOf(token) };
        }

        return (
            request, settings with { Issuers = settings.IssuersOr(request.Issuer ?? (request.Kind == "issuer" ? request.Value : null)) });
    }

    /// <summary>The unverified <c>iss</c>, as a default for <c>--issuer</c>; null when the token cannot be read.</summary>
    private static string? IssuerOf(string token) =>
        TokenParts.TryRead(token, out _, out var claims, out _) ? claims.TextOf("iss"u8) : null;
}

/// <summary>The store that a configuration names, for a command that runs beside the gateway.</summary>
internal static class RevocationStoreAccess
{
    /// <summary>Who is at the shell, for the record.</summary>
    public static string Caller => $"{Environment.UserName}@{Environment.MachineName}";

    /// <exception cref="ConfigurationException">The store's settings have errors, or the store lives inside the gateway's
    /// process.</exception>
    public static StoreReading Open(string config)
    {
        var settings = StoreReader.Read(new GatewayAppOptions { ConfigFile = config });
        return settings.Store.Kind == RevocationStore.Memory
            ? throw new ConfigurationException([new ConfigurationError(
                Path.GetFileName(config), "Gateway:Revocation:Store", "the Memory store cannot be reached from another process.",
                "Use Sqlite or Redis.")])
            : settings;
    }

    /// <summary>The log itself, without a replica's list: each command reads what it needs and ends.</summary>
    public static IRevocationLog LogOf(StoreSettings store) =>
        RevocationServices.CreateLog(store, TimeProvider.System, NullLoggerFactory.Instance);
}
