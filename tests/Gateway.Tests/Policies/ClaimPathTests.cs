using System.Text.Json;
using Gateway.Policies;

namespace Gateway.Tests.Policies;

public sealed class ClaimPathTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a..b")]
    public void Path_with_an_empty_name_is_none(string text)
    {
        ClaimPath.TryParse(text, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("$jose.typ", """["JWT"]""")]
    [InlineData("$jose.x5t#S256", """["AAAA"]""")]
    [InlineData("$jose.a.b", """["c"]""")]
    [InlineData("$jose.jwk", "[]")]
    [InlineData("$jose.n", "[]")]
    [InlineData("$jose.TYP", "[]")]
    [InlineData("$jose.sub", "[]")]
    public void Path_reaches_the_texts_of_the_jose_header(string text, string expected)
    {
        const string Header = """{ "typ": "JWT", "x5t#S256": "AAAA", "a.b": "c", "a": { "b": "d" }, "jwk": { "kty": "RSA" }, "n": 1 }""";
        ClaimPath.TryParse(text, out var path).ShouldBeTrue();
        path.IsKnown([]).ShouldBeTrue();

        var found = new List<JsonElement>();
        path.Collect(TestToken.Of("""{ "sub": "alice", "typ": "other" }""", header: Header), found);

        JsonSerializer.Serialize(found).ShouldBe(expected);
    }

    [Theory]
    [InlineData("a", """["x"]""")]
    [InlineData("b.c", """[1]""")]
    [InlineData(@"d\.e", """[2]""")]
    [InlineData(@"\$f", """[3]""")]
    [InlineData(@"g\\h", """[4]""")]
    [InlineData(@"i\", """[5]""")]
    [InlineData("http://j.k/l", """[6]""")]
    [InlineData("list.n", """[7,[8,9]]""")]
    [InlineData("nested.n", """[10]""")]
    [InlineData("list", """[[{"n":7},{"n":[8,9]},{},3]]""")]
    [InlineData("null", """[null]""")]
    [InlineData("null.a", """[]""")]
    [InlineData("a.b", """[]""")]
    [InlineData("none", """[]""")]
    public void Path_collects_every_value_that_it_leads_to(string text, string expected)
    {
        const string Claims =
            """
            { "a": "x", "b": { "c": 1 }, "d.e": 2, "$f": 3, "g\\h": 4, "i\\": 5, "http://j.k/l": 6,
              "list": [{ "n": 7 }, { "n": [8, 9] }, {}, 3], "nested": [[{ "n": 10 }]], "null": null }
            """;
        ClaimPath.TryParse(text, out var path).ShouldBeTrue();
        var found = new List<JsonElement>();

        path.Collect(TestToken.Of(Claims), found);

        JsonSerializer.Serialize(found).ShouldBe(expected);
    }
}
