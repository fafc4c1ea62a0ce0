using System.Collections.Immutable;
using System.Text.Json;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Settings;

namespace Gateway.Identity;

/// <summary>Checks <c>Gateway:Identity:Assertion</c>.</summary>
internal static class AssertionCheck
{
    public const string Section = "Gateway:Identity:Assertion";

    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(1);

    // What the gateway writes itself (RFC 7519 section 4.1).
    private static readonly string[] Registered = ["iss", "aud", "exp", "nbf", "iat", "jti"];

    private static readonly ImmutableArray<KeyValuePair<string, string>> DefaultClaims =
    [
        new("sub", "sub"),
        // A subject is unique at its issuer only.
        new("token_iss", "iss"),
        new("client_id", "client_id"),
        new("scope", "scope"),
        new("roles", "roles"),
    ];

    /// <param name="taken">The header names that have another meaning already.</param>
    /// <param name="keys">The keys in the file now; null without an assertion or with a file that cannot be used, which is
    /// reported.</param>
    public static AssertionSettings? Build(
        AssertionOptions? options, IEnumerable<string> taken, string[] derived, SettingsContext context, out JwsSignerSet? keys)
    {
        keys = null;
        var report = context.Report;
        if (options is null)
        {
            if (context.Document.Find(Section) is { Kind: JsonTokenType.StartObject })
            {
                report.Error(Section, "this is empty.", "Write KeyFile and Issuer, or leave it out.");
            }

            return null;
        }

        IdentityCheck.CheckName(options.Header, $"{Section}:{nameof(options.Header)}", [.. taken], report);
        if (options.KeyFile is null)
        {
            report.Error(
                $"{Section}:{nameof(options.KeyFile)}", "this is required.", "Name a JWK Set with a private key, for ES256 or Ed25519.");
        }
        else if (NamedFile.Read($"{Section}:{nameof(options.KeyFile)}", options.KeyFile, context) is { } content
            && !JwsSignerSet.TryParse(content, out keys, out var error))
        {
            report.Error($"{Section}:{nameof(options.KeyFile)}", $"this file cannot be used: {error}.", "Correct its content.");
        }

        CheckText(
            options.Issuer, nameof(options.Issuer),
            "Write the URL by which destinations know the gateway, such as https://api.example.com.", report);
        CheckText(
            options.Audience, nameof(options.Audience),
            $"Write \"{AssertionSettings.ClusterAudience}\" for the id of the cluster, or a name.", report);
        if (options.Audience?.StartsWith('$') == true && options.Audience != AssertionSettings.ClusterAudience)
        {
            report.Error(
                $"{Section}:{nameof(options.Audience)}", $"\"{options.Audience}\" stands for nothing.",
                $"Write \"{AssertionSettings.ClusterAudience}\" for the id of the cluster, or a name.");
        }

        CheckText(options.Type, nameof(options.Type), "Write the `typ` that destinations expect, such as JWT.", report);
        report.Range($"{Section}:{nameof(options.Lifetime)}", options.Lifetime, ShortestLifetime, LongestLifetime);

        if (!IsPath(options.JwksPath))
        {
            report.Error(
                $"{Section}:{nameof(options.JwksPath)}", "this is not a path.",
                "Write segments of letters, digits, '-', '.', '_' and '~' after slashes, such as /.well-known/jwks.json.");
        }

        return new AssertionSettings(
            options.Header, context.Resolve(options.KeyFile), options.Issuer ?? "",
            options.Audience == AssertionSettings.ClusterAudience ? null : options.Audience, options.Lifetime, options.Type,
            ClaimsOf(options.Claims, derived, report), options.JwksPath);
    }

    private static ValueArray<AssertedClaim> ClaimsOf(Dictionary<string, string>? claims, string[] derived, ConfigurationReport report)
    {
        var found = ImmutableArray.CreateBuilder<AssertedClaim>();
        foreach (var (name, text) in claims?.AsEnumerable() ?? DefaultClaims)
        {
            var path = $"{Section}:{nameof(AssertionOptions.Claims)}:{name}";
            if (Registered.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                report.Error(
                    path, "the gateway writes this claim itself.", "Choose another name, such as token_iss for the issuer of the token.");
            }
            else if (string.IsNullOrEmpty(text) || !ClaimPath.TryParse(text, out var parsed) || !parsed.IsKnown(derived))
            {
                report.Error(
                    path, "this is not a claim path.",
                    $"Write a claim's name, nested members joined by dots; or one of {string.Join(", ", derived)}.");
            }
            else
            {
                found.Add(new AssertedClaim(name, parsed));
            }
        }

        return new(found.ToImmutable());
    }

    private static void CheckText(string? text, string name, string cure, ConfigurationReport report)
    {
        if (string.IsNullOrEmpty(text) || text.Any(c => c is <= ' ' or > '~' or '"' or '\\'))
        {
            report.Error($"{Section}:{name}", text is null ? "this is required." : "this is not a text of visible ASCII characters.", cure);
        }
    }

    private static bool IsPath(string? path) =>
        path is ['/', _, ..]
        && path[1..]
            .Split('/')
            .All(segment => segment.Length > 0
                && segment is not ("." or "..")
                && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~'));
}
