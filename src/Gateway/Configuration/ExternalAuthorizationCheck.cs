using System.Text.Json;
using Gateway.Configuration.Listening;
using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>Checks <c>Gateway:ExternalAuthorization</c>.</summary>
internal static class ExternalAuthorizationCheck
{
    public const string Section = "Gateway:ExternalAuthorization";
    public const string Certificate = $"{Section}:{nameof(ExternalAuthorizationOptions.Certificate)}";
    public const string Port = $"{Section}:{nameof(ExternalAuthorizationOptions.Port)}";

    private const string ClientCaFile = $"{Section}:{nameof(ExternalAuthorizationOptions.ClientCaFile)}";
    private const string Protocols = $"{Section}:{nameof(ExternalAuthorizationOptions.Protocols)}";

    /// <returns>Null without the section: then there is no such listener.</returns>
    public static ExternalAuthorizationSettings? Build(
        IConfiguration configuration, ExternalAuthorizationOptions? options, bool hasTrustedProxies, SettingsContext context)
    {
        // An object that holds nothing is bound to null, as if it had been left out.
        if (options is null && context.Document.Find(Section) is not { Kind: JsonTokenType.StartObject })
        {
            return null;
        }

        options ??= new ExternalAuthorizationOptions();
        var report = context.Report;
        if (options.Port is < 0 or > 65535)
        {
            report.Error(Port, "this is no TCP port.", "Choose 1 to 65535; the default is 8082.");
        }

        var protocols = options.Protocols ?? [];
        // A wrong name has been reported, and is left out here.
        if (protocols.Count == 0 && !report.HasErrorsBelow(Protocols))
        {
            report.Error(Protocols, "the listener needs a protocol.", "Write [\"ForwardAuth\"], [\"Envoy\"], or both.");
        }

        if (options.Certificate is not null)
        {
            CertificateCheck.Run(configuration.GetSection(Certificate), context);
        }

        if (options.ClientCaFile is not null && options.Certificate is null)
        {
            report.Error(
                ClientCaFile, "client certificates need TLS, and the listener has no certificate.", $"Set {Certificate}, or remove this.");
        }
        // The listener trusts a caller by its address or by its client certificate. Without either setting it can trust none.
        else if (options.ClientCaFile is null && !hasTrustedProxies)
        {
            report.Error(
                Section, "no caller of this listener is trusted, so it would reject every request.",
                "Name the addresses of the proxies that call it in Gateway:TrustedProxies, or set ClientCaFile.");
        }

        return new ExternalAuthorizationSettings(
            options.Port, protocols.Contains(AuthorizationProtocol.ForwardAuth), protocols.Contains(AuthorizationProtocol.Envoy),
            options.Certificate is not null,
            options.Certificate is null ? null : AuthorityFile.Load(ClientCaFile, options.ClientCaFile, context));
    }
}
