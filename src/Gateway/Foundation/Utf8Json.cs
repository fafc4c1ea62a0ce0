using System.Buffers;
using System.Text.Json;

namespace Gateway.Foundation;

/// <summary>Writes JSON as UTF-8.</summary>
internal static class Utf8Json
{
    /// <summary>An object with the members that are written.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> writeMembers, JsonWriterOptions options = default)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, options))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }
}
