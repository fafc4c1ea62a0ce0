using Gateway.Commands;
using Gateway.Revocation;

namespace Gateway.Tests.Revocation;

/// <summary>What <c>gateway revocations list</c> prints of an entry that anybody may have written.</summary>
public sealed class RevocationLineTests
{
    [Theory]
    [InlineData("a\nsub\thttps://idp", @"a\u000asub\u0009https://idp")]
    [InlineData("a\r\n", @"a\u000d\u000a")]
    [InlineData("\u001b[2K", @"\u001b[2K")]
    [InlineData("a\u0085\u2028\u2029b", @"a\u0085\u2028\u2029b")]
    [InlineData("\u202Eecila", @"\u202eecila")]
    [InlineData(@"a\u000a", @"a\\u000a")]
    [InlineData("Zoë", "Zoë")]
    public void Text_of_an_entry_cannot_forge_a_line(string text, string printed)
    {
        var entry = new RevocationEntry(RevocationKind.Sub, text, text, 0, 60, Reason: text, By: text);

        var line = RevocationOutput.LineOf(entry);

        line.Split('\t').ShouldBe(["sub", printed, printed, "1970-01-01T00:01:00Z", "1970-01-01T00:00:00Z", printed, printed]);
        line.Count(char.IsControl).ShouldBe(6);
    }

    [Theory]
    [InlineData(long.MaxValue, "9999-12-31T23:59:59Z")]
    [InlineData(long.MinValue, "0001-01-01T00:00:00Z")]
    public void Time_beyond_the_calendar_is_shown_as_its_end(long expires, string printed)
    {
        RevocationOutput.LineOf(new RevocationEntry(RevocationKind.Jti, "i", "v", expires)).Split('\t')[4].ShouldBe(printed);
    }
}
