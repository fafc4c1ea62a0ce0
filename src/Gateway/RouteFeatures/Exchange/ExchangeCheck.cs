using System.Collections.Frozen;
using Gateway.Issuers;
using Gateway.Settings;

namespace Gateway.RouteFeatures.Exchange;

/// <summary>Checks <c>Gateway:Exchanges</c>.</summary>
internal static class ExchangeCheck
{
    public const string Section = "Gateway:Exchanges";

    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    public static FrozenDictionary<string, ExchangeSettings> Build(Dictionary<string, ExchangeOptions> exchanges, SettingsContext context)
    {
        var built = new Dictionary<string, ExchangeSettings>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, options) in exchanges)
        {
            built[name] = Build(name, options, context);
        }

        return built.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static ExchangeSettings Build(string name, ExchangeOptions options, SettingsContext context)
    {
        var (path, report) = ($"{Section}:{name}", context.Report);
        if (!TryParse(options.TokenEndpoint, context.IsDevelopment, out var endpoint))
        {
            report.Error(
                $"{path}:{nameof(options.TokenEndpoint)}", "this is not the URL of a token endpoint.",
                "Write an https URL without user and fragment, such as https://idp.example.com/token; http is for Development.");
        }

        if (string.IsNullOrEmpty(options.ClientId))
        {
            report.Error($"{path}:{nameof(options.ClientId)}", "this is required.", "Write the client id of the gateway at the issuer.");
        }

        if (options.SecretFile is null)
        {
            report.Error($"{path}:{nameof(options.SecretFile)}", "this is required.", "Name a file with the client secret.");
        }
        else if (NamedFile.Read($"{path}:{nameof(options.SecretFile)}", options.SecretFile, context) is { } content
            && ClientSecret.Read(content, out _) is null)
        {
            report.Error($"{path}:{nameof(options.SecretFile)}", "this file is empty.", "Write the client secret into it.");
        }

        report.Range($"{path}:{nameof(options.Timeout)}", options.Timeout, ShortestTimeout, LongestTimeout);

        return new ExchangeSettings(
            name, endpoint!, options.ClientId ?? "", context.Resolve(options.SecretFile),
            options.Audience, options.Scope,
            AuthorityFile.Load($"{path}:{nameof(options.CaFile)}", options.CaFile, context)?.ExportCertificatePems(), options.Timeout);
    }

    private static bool TryParse(string? text, bool allowsHttp, out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url)
        && (url.Scheme == Uri.UriSchemeHttps || (allowsHttp && url.Scheme == Uri.UriSchemeHttp))
        && url.UserInfo.Length == 0 && url.Fragment.Length == 0 && url.Host.Length > 0;
}
