using System.Text;
using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Tests.Policies;

/// <summary>A token after validation, for the stages that only look at its claims.</summary>
internal static class TestToken
{
    public static AccessToken Of(
        string claims, string issuer = "shop", string[]? scopes = null, string? clientId = "shop-web", string? subject = "alice",
        string header = "{}", TokenBinding? binding = null) => new()
        {
            Issuer = new IssuerProfile
            {
                Name = issuer,
                Issuer = $"https://{issuer}.example.com",
                Audiences = [],
                Algorithms = [],
                TokenTypes = [],
                ClockSkew = TimeSpan.Zero,
                MaxLifetime = TimeSpan.Zero,
                RequireTokenId = false,
                Keys = new IssuerKeys(issuer, new JwksFileSource("")),
            },
            Subject = subject,
            TokenId = null,
            ClientId = clientId,
            SessionId = null,
            Scopes = [.. scopes ?? []],
            Binding = binding,
            IssuedAt = null,
            ExpiresAt = 0,
            Claims = JsonElement.Parse(claims),
            Algorithm = SignatureAlgorithms.Of(SignatureAlgorithm.RS256),
            Text = Encoding.ASCII.GetBytes($"{Encode(header)}.{Encode(claims)}.AA"),
        };

    private static string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
