using System.Text.Json;

namespace Gateway.Foundation;

/// <summary>Reads members of a JSON object.</summary>
internal static class JsonMembers
{
    /// <summary>Null for a member that is absent or no string.</summary>
    public static string? TextOf(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    /// <inheritdoc cref="TextOf(JsonElement, string)"/>
    public static string? TextOf(this JsonElement json, ReadOnlySpan<byte> name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
