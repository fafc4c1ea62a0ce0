using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gateway.Foundation;

namespace Gateway.Tests.Foundation;

/// <summary>JSON for people and programs, which no browser takes for a page.</summary>
public sealed class ReadableJsonTests
{
    private static readonly JsonSerializerOptions Options = ReadableJson.Of(new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() });

    [Theory]
    [InlineData("a+b <c> 'd' & é", "\"a+b <c> 'd' & é\"")]
    [InlineData("\"\\\n", "\"\\\"\\\\\\n\"")]
    [InlineData("x\u202Ey", "\"x\\u202Ey\"")]
    [InlineData("\u200B\uFEFF", "\"\\u200B\\uFEFF\"")]
    [InlineData("\u001B[31m", "\"\\u001B[31m\"")]
    [InlineData("\U0001F600", "\"\\uD83D\\uDE00\"")]
    public void Escapes_what_json_requires_and_what_cannot_be_seen(string text, string json)
    {
        JsonSerializer.Serialize(text, Options).ShouldBe(json);
        JsonSerializer.Deserialize<string>(json).ShouldBe(text);
    }
}
