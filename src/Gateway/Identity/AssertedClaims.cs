using System.Text.Json;
using Gateway.Foundation;
using Gateway.Tokens;

namespace Gateway.Identity;

/// <summary>The claims that an assertion takes from the token: the same for each cluster and each renewal.</summary>
internal static class AssertedClaims
{
    /// <returns>A JSON object.</returns>
    public static byte[] Write(ValueArray<AssertedClaim> claims, AccessToken token)
    {
        return Utf8Json.Object(json =>
        {
            var found = new List<JsonElement>();
            foreach (var claim in claims)
            {
                found.Clear();
                Write(json, claim, token, found);
            }
        });
    }

    private static void Write(Utf8JsonWriter json, AssertedClaim claim, AccessToken token, List<JsonElement> found)
    {
        switch (claim.Path.Text)
        {
            // The two claims that providers spell in more than one way; `scope` is a text with spaces (RFC 8693 section 4.2).
            case "scope":
                WriteText(json, claim.Name, token.Scopes.IsEmpty ? null : string.Join(' ', token.Scopes.AsSpan()));
                return;
            case "client_id":
                WriteText(json, claim.Name, token.ClientId);
                return;
        }

        claim.Path.Collect(token, found);
        if (found is [{ ValueKind: not JsonValueKind.Null } only])
        {
            json.WritePropertyName(claim.Name);
            only.WriteTo(json);
        }
        else if (found.Count > 1)
        {
            // Through an array of objects the path leads to several values.
            json.WriteStartArray(claim.Name);
            found.ForEach(value => value.WriteTo(json));
            json.WriteEndArray();
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
