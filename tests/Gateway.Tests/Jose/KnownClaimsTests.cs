using System.Text.Json;
using Gateway.Jose;

namespace Gateway.Tests.Jose;

/// <summary>One pass over a claims set finds the very claims that asking for each by name would find.</summary>
public sealed class KnownClaimsTests
{
    // Numbers, since a public test cannot take an internal type.
    public static TheoryData<int> Names => [.. Enumerable.Range(0, Enum.GetValues<ClaimName>().Length)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Claim_is_found_by_its_name_alone_and_among_all(int index)
    {
        var name = (ClaimName)index;
        var all = string.Join(',', Enum.GetValues<ClaimName>().Select(each => $"\"{ClaimNames.TextOf(each)}\":{(int)each}"));

        Find($$"""{"{{ClaimNames.TextOf(name)}}":"here"}""", name)!.Value.GetString().ShouldBe("here");
        Find($$"""{{{all}}}""", name)!.Value.GetInt32().ShouldBe(index);
        Find($$"""{{{all.Replace($"\"{ClaimNames.TextOf(name)}\"", "\"other\"", StringComparison.Ordinal)}}}""", name).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Escaped_name_is_the_same_name(int index)
    {
        var name = (ClaimName)index;
        var text = ClaimNames.TextOf(name);
        string[] spellings = [$"\\u{(int)text[0]:x4}{text[1..]}", string.Concat(text.Select(c => $"\\u{(int)c:X4}"))];

        foreach (var escaped in spellings)
        {
            Find($$"""{"{{escaped}}":null}""", name)!.Value.ValueKind.ShouldBe(JsonValueKind.Null);
            Find($$"""{"{{escaped}}\u0065":null}""", name).ShouldBeNull();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Longer_shorter_and_otherwise_spelt_names_are_others(int index)
    {
        var name = (ClaimName)index;
        var text = ClaimNames.TextOf(name);

        foreach (var other in (string[])[
                text + "x", text + "\\u0000", text[..^1], " " + text, text.ToUpperInvariant(), $"{text[0]}\\\\{text[1..]}"])
        {
            Find($$"""{"{{other}}":1}""", name).ShouldBeNull();
        }
    }

    [Fact]
    public void Empty_claims_set_has_none()
    {
        var known = KnownClaims.Of(JsonElement.Parse("{}"));

        Enum.GetValues<ClaimName>().ShouldAllBe(name => !known.Has(name));
    }

    private static JsonElement? Find(string json, ClaimName name)
    {
        var known = KnownClaims.Of(JsonElement.Parse(json));
        var isThere = known.TryGet(name, out var value);
        known.Has(name).ShouldBe(isThere);
        return isThere ? value : null;
    }
}
