using System.Security.Claims;
using Gateway.Authentication;
using Gateway.Tokens;

namespace Gateway.Management;

/// <summary>The name of an <c>/admin</c> caller, as it is stored with the caller's changes.</summary>
internal static class AdminCaller
{
    // Characters of one claim. The name is written into the revocation log, and a token may hold a claim of several thousand characters.
    private const int MaxLength = 200;

    // Only Development without a policy lets callers without a token in.
    private const string Developer = "development";

    /// <summary>Written as <c>by</c> with each entry that the caller adds to the log.</summary>
    public static string NameOf(ClaimsPrincipal user) => TokenIdentity.TokenOf(user) is { } verified ? NameOf(verified.Token) : Developer;

    /// <summary>Subject, client and issuer: a subject alone could be another issuer's.</summary>
    private static string NameOf(AccessToken token) => string.Join(
        ' ',
        new[] { Describe("sub", token.Subject), Describe("client", token.ClientId), Describe("issuer", token.Issuer.Keys.Issuer) }
            .Where(part => part is not null));

    private static string? Describe(string name, string? value) =>
        value is null ? null : $"{name}={(value.Length <= MaxLength ? value : value[..MaxLength])}";
}
