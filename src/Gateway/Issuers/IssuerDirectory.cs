using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Gateway.Foundation;
using Gateway.Issuers.Decryption;
using Gateway.Issuers.Introspection;
using Gateway.Issuers.StatusLists;
using Gateway.Jose;

namespace Gateway.Issuers;

/// <summary>
/// Whose token is it? By exact <c>iss</c>, before any key is looked up, so that one issuer's key can never verify another's token.
/// </summary>
internal sealed class IssuerDirectory(ImmutableArray<IssuerProfile> issuers, ImmutableArray<IssuerTemplate> templates)
{
    private readonly FrozenDictionary<string, IssuerProfile> _byIssuer =
        issuers.ToFrozenDictionary(issuer => issuer.Issuer, StringComparer.Ordinal);

    private readonly IssuerProfile? _withoutIssuer = issuers.FirstOrDefault(issuer => issuer.AcceptWithoutIssuer);

    public ImmutableArray<IssuerProfile> Issuers => issuers;

    public ImmutableArray<IssuerTemplate> Templates => templates;

    public bool IsEmpty => issuers.IsEmpty && templates.IsEmpty;

    /// <summary>
    /// Makes the issuers. Those of the previous configuration go on where the settings are the same: the whole directory, the key ring of
    /// an issuer of which only other settings changed, a template with its members.
    /// </summary>
    /// <param name="time">Null for a command, which asks no issuer about opaque tokens.</param>
    public static IssuerDirectory Create(IssuersSettings settings, ObjectRegistry.Draft objects, TimeProvider? time = null)
    {
        // Before the directory, and in each configuration: an object that the draft is not asked for is not carried on.
        ImmutableArray<IssuerProfile> profiles =
        [
            .. settings.Issuers.Select(issuer => new IssuerProfile(
                issuer, objects.GetOrAdd(issuer.Keys, () => IssuerKeys.Create(issuer.Keys)))
            {
                Decryption = DecryptionOf(issuer, objects),
                IntrospectionServer = issuer.Introspection is { } introspection && time is not null
                    ? objects.GetOrAdd(introspection, () => IntrospectionServer.Create(introspection, time))
                    : null,
                StatusLists = issuer.StatusList is { } list ? objects.GetOrAdd(list, () => StatusListSet.Create(list)) : null,
            }),
        ];
        ImmutableArray<IssuerTemplate> issuerTemplates =
        [
            .. settings.Templates.Select(template => (Settings: template, Decryption: DecryptionOf(template.Issuer, objects)))
                .Select(template => objects.GetOrAdd(template.Settings, () => new IssuerTemplate(template.Settings, template.Decryption))),
        ];
        return objects.GetOrAdd(settings, () => new IssuerDirectory(profiles, issuerTemplates));
    }

    /// <summary>For a command beside the gateway.</summary>
    public static IssuerDirectory Create(IssuersSettings settings) => Create(settings, new ObjectRegistry.Draft(ObjectRegistry.Empty));

    public IEnumerable<string> Names => issuers.Select(issuer => issuer.Name).Concat(templates.Select(template => template.Name));

    /// <summary>The issuer that is asked about opaque tokens.</summary>
    public IssuerProfile? Introspecting { get; } = issuers.FirstOrDefault(issuer => issuer.Introspection is not null);

    /// <summary>Our keys for encrypted tokens, each file once.</summary>
    public ImmutableArray<DecryptionKeys> Decryptions { get; } =
        [
            .. issuers.Select(issuer => issuer.Decryption)
                .Concat(templates.Select(template => template.Decryption))
                .OfType<DecryptionKeys>()
                .Distinct(),
        ];

    /// <summary>Every issuer that has a ring at the moment.</summary>
    public IEnumerable<IssuerProfile> Live =>
        issuers.Concat(templates.SelectMany(template => template.Members).Select(member => member.Profile));

    private static DecryptionKeys? DecryptionOf(IssuerSettings issuer, ObjectRegistry.Draft objects) =>
        issuer.DecryptionFile is { } path
            ? objects.GetOrAdd(new DecryptionFile(path), () => DecryptionKeys.Load(new DecryptionFile(path)))
            : null;

    /// <summary>
    /// The issuer that a person names, by its name in yarp.json or by its exact <c>iss</c>; null names the only one there is. The call
    /// creates no member of a template.
    /// </summary>
    public IssuerProfile? Named(string? nameOrIssuer)
    {
        if (nameOrIssuer is null)
        {
            return templates.IsEmpty && issuers is [var only] ? only : null;
        }

        return issuers.FirstOrDefault(issuer => issuer.Name.Equals(nameOrIssuer, StringComparison.OrdinalIgnoreCase))
            ?? _byIssuer.GetValueOrDefault(nameOrIssuer)
            ?? templates.Select(template => template.Describe(nameOrIssuer)).FirstOrDefault(member => member is not null);
    }

    /// <summary>Remembers an issuer of a template that an earlier run or another replica has used.</summary>
    /// <param name="name">The name of its keys; for an issuer of a template, <c>name:value</c>.</param>
    public void RememberMember(string name)
    {
        var owner = templates.FirstOrDefault(template => name.StartsWith($"{template.Name}:", StringComparison.Ordinal));
        owner?.Remember(name[(owner.Name.Length + 1)..]);
    }

    /// <summary>Finds the issuer of a token with these claims; false with the reason when no issuer may be used.</summary>
    public bool TryFind(in KnownClaims claims, TimeProvider time, out IssuerProfile? profile, out RejectionReason reason)
    {
        profile = _withoutIssuer;
        reason = RejectionReason.MissingClaim;
        if (!claims.TryGet(ClaimName.Iss, out var iss) || (profile is not null && !claims.HasValue(ClaimName.Iss)))
        {
            return profile is not null;
        }

        profile = null;
        reason = RejectionReason.BadClaim;
        return iss.ValueKind == JsonValueKind.String && TryFind(iss.GetString()!, time, out profile, out reason);
    }

    /// <summary>False with the reason when no issuer is there to ask.</summary>
    public bool TryFind(string issuer, TimeProvider time, out IssuerProfile? profile, out RejectionReason reason)
    {
        reason = RejectionReason.UnknownIssuer;
        if (_byIssuer.TryGetValue(issuer, out profile))
        {
            return true;
        }

        foreach (var template in templates)
        {
            if (template.TryFind(issuer, time, out profile))
            {
                // A full template is a limit of the gateway, so the token is not rejected as unknown.
                reason = RejectionReason.KeysUnavailable;
                return profile is not null;
            }
        }

        return false;
    }
}
