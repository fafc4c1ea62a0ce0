using System.Buffers.Text;
using System.Text.Json;

namespace Gateway.LoadTests.Scenarios;

/// <summary>Reads the <c>jti</c> of a token without checking anything: the load test made or was given the token.</summary>
internal static class TokenId
{
    public static string? Read(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return claims.RootElement.TryGetProperty("jti", out var id) ? id.GetString() : null;
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            return null;
        }
    }
}
