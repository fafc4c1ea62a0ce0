using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Management.Status;

namespace Gateway.Tests.Management;

public sealed partial class HtmlTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("\" onload=\"x", "&quot; onload=&quot;x")]
    [InlineData("' x='", "&#x27; x=&#x27;")]
    [InlineData("&lt;", "&amp;lt;")]
    [InlineData("schlüssel", "schlüssel")]
    [InlineData("a\u202Eb\u200Bc\0\n", @"a\u202eb\u200bc\u0000\u000a")]
    [InlineData(null, "")]
    public void Value_is_text_whatever_it_holds(string? value, string written)
    {
        new Html().Add($"<b title=\"{value}\">{value}</b>").ToString().ShouldBe($"<b title=\"{written}\">{written}</b>");
    }

    [Fact]
    public void Whatever_is_put_into_a_page_is_text() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>(),
        value => !Markup.IsMatch(new Html().Add($"{value}").ToString())).QuickCheckThrowOnFailure();

    [Fact]
    public void Half_a_character_is_shown_as_unreadable()
    {
        new Html().Add($"{"a\uD800<"}").ToString().ShouldBe("a\uFFFD&lt;");
    }

    [Fact]
    public void Long_value_is_cut()
    {
        new Html().Add($"{new string('x', 5000)}").ToString().ShouldBe($"{new string('x', 300)}… (5000 characters)");
    }

    [GeneratedRegex("[<>\"'\u0000-\u001f]")]
    private static partial Regex Markup { get; }
}
