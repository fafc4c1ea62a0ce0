using System.Diagnostics.CodeAnalysis;
using Gateway.Foundation;
using Gateway.Issuers.Decryption;
using Gateway.Issuers.Introspection;
using Gateway.Issuers.StatusLists;
using Gateway.Jose;

namespace Gateway.Issuers;

/// <summary>What the gateway expects of one issuer's tokens: the checked form of <see cref="IssuerOptions"/>, its keys aside.</summary>
internal abstract record IssuerRules
{
    /// <summary>The name in yarp.json; what metrics and logs show.</summary>
    public required string Name { get; init; }

    /// <summary>The exact <c>iss</c>.</summary>
    public required string Issuer { get; init; }

    public required ValueArray<string> Audiences { get; init; }

    /// <summary>The clients whose tokens need no <c>aud</c>.</summary>
    public ValueArray<string> ClientIds { get; init; } = [];

    /// <summary>True when a token without <c>iss</c> is this issuer's.</summary>
    public bool AcceptWithoutIssuer { get; init; }

    /// <summary>True when a token without <c>aud</c> is accepted.</summary>
    public bool AcceptWithoutAudience { get; init; }

    public required ValueArray<SignatureAlgorithm> Algorithms { get; init; }

    public required ValueArray<string> TokenTypes { get; init; }

    public required TimeSpan ClockSkew { get; init; }

    public required TimeSpan MaxLifetime { get; init; }

    public required bool RequireTokenId { get; init; }

    /// <summary>The full path of the file with our keys for its encrypted tokens; null when it sends none.</summary>
    public string? DecryptionFile { get; init; }

    /// <summary>How it is asked about opaque tokens; null when it is not.</summary>
    public IntrospectionSettings? Introspection { get; init; }

    /// <summary>How its status lists are read; null when they are not.</summary>
    public StatusListSettings? StatusList { get; init; }

    /// <summary>How its logout tokens are taken; null when they are not.</summary>
    public BackChannelLogout? BackChannelLogout { get; init; }

    /// <summary>How its security events are taken; null when they are not.</summary>
    public SecurityEventSettings? SecurityEvents { get; init; }

    /// <summary>
    /// Whether RFC 9068's required claims are asked for: when its <c>at+jwt</c> is the only type that the issuer may use.
    /// </summary>
    public bool IsAccessTokenProfile => TokenTypes is [var only] && only.Equals("at+jwt", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The rules for an issuer's tokens, with its keys: what requests use.</summary>
internal sealed record IssuerProfile : IssuerRules
{
    public IssuerProfile()
    {
    }

    [SetsRequiredMembers]
    public IssuerProfile(IssuerSettings settings, IssuerKeys keys)
        : base(settings) => Keys = keys;

    /// <summary>Where the keys come from, and the ring of the moment.</summary>
    public required IssuerKeys Keys { get; init; }

    /// <summary>The server that is asked about opaque tokens; null when none is.</summary>
    public IntrospectionServer? IntrospectionServer { get; init; }

    /// <summary>The status lists that its tokens have named; null when they are not read.</summary>
    public StatusListSet? StatusLists { get; init; }

    /// <summary>Our keys for its encrypted tokens; null when it sends none.</summary>
    public DecryptionKeys? Decryption { get; init; }

    /// <summary>For an issuer of a template: the claim that holds its placeholder's value, such as <c>$realm</c>.</summary>
    public string? TemplateClaim { get; init; }

    public string? TemplateValue { get; init; }
}

/// <summary>The checked form of <see cref="BackChannelLogoutOptions"/>.</summary>
internal sealed record BackChannelLogout(ValueArray<string> ClientIds, bool SessionOnly);
