using System.Diagnostics.CodeAnalysis;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>The result of validating a token: the token, or the reason for its rejection and its issuer, if it is known.</summary>
internal readonly struct TokenResult
{
    private TokenResult(AccessToken? token, RejectionReason reason, IssuerProfile? issuer, WantedKey? wanted = null)
    {
        Wanted = wanted;
        Token = token;
        Reason = reason;
        Issuer = issuer;
    }

    public AccessToken? Token { get; }

    public RejectionReason Reason { get; }

    public IssuerProfile? Issuer { get; }

    /// <summary>The key to search for, when an unknown key was the only failure before the signature.</summary>
    public WantedKey? Wanted { get; }

    [MemberNotNullWhen(true, nameof(Token))]
    public bool IsAccepted => Token is not null;

    public static TokenResult Accepted(AccessToken token) => new(token, default, token.Issuer);

    public static TokenResult Rejected(RejectionReason reason, IssuerProfile? issuer = null, WantedKey? wanted = null) =>
        new(null, reason, issuer, wanted);
}
