using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Gateway.Tokens;

namespace Gateway.Authorization;

/// <summary>Names a value in the claims set. See <see cref="ClaimRuleOptions.Path"/> for how it is written.</summary>
internal sealed class ClaimPath
{
    private const string SubjectType = "$subject_type";

    private readonly ImmutableArray<string> _names;
    private readonly bool _isSubjectType;

    private ClaimPath(string text, ImmutableArray<string> names)
    {
        Text = text;
        _names = names;
        _isSubjectType = text == SubjectType;
    }

    public string Text { get; }

    public static bool TryParse(string text, out ClaimPath path)
    {
        // Names such as https://shop.example/roles have dots that separate nothing.
        var names = text.Contains("://", StringComparison.Ordinal) ? [text] : Split(text);
        path = new ClaimPath(text, names);
        return names.All(name => name.Length > 0) && (text[0] != '$' || path._isSubjectType);
    }

    /// <summary>
    /// Every value that the path leads to; through an array it may lead to several. A last array counts as one value, and so does null.
    /// </summary>
    public void Collect(AccessToken token, List<JsonElement> found)
    {
        if (_isSubjectType)
        {
            found.Add(token.SubjectType == "client" ? Client : User);
            return;
        }

        Collect(token.Claims, _names.AsSpan(), found);
    }

    private static readonly JsonElement Client = JsonElement.Parse("\"client\"");
    private static readonly JsonElement User = JsonElement.Parse("\"user\"");

    private static void Collect(JsonElement value, ReadOnlySpan<string> names, List<JsonElement> found)
    {
        if (names.IsEmpty)
        {
            found.Add(value);
        }
        else if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(names[0], out var member))
        {
            Collect(member, names[1..], found);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                Collect(item, names, found);
            }
        }
    }

    private static ImmutableArray<string> Split(string text)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var name = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                name.Append(text[++i]);
            }
            else if (text[i] == '.')
            {
                names.Add(name.ToString());
                name.Clear();
            }
            else
            {
                name.Append(text[i]);
            }
        }

        names.Add(name.ToString());
        return names.ToImmutable();
    }
}
