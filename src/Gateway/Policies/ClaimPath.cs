using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Tokens;

namespace Gateway.Policies;

/// <summary>Names a value in the claims set. See <see cref="ClaimRuleOptions.Path"/> for how it is written.</summary>
internal sealed class ClaimPath : IEquatable<ClaimPath>
{
    /// <summary>A value that the gateway derives: <see cref="AccessToken.SubjectType"/>.</summary>
    public const string SubjectType = "$subject_type";

    /// <summary>Before the name of a parameter of the JOSE header, such as <c>$jose.kid</c>.</summary>
    private const string JosePrefix = "$jose.";

    private readonly ImmutableArray<byte[]> _names;

    private ClaimPath(string text, ImmutableArray<string> names)
    {
        Text = text;
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
    }

    public string Text { get; }

    /// <summary>Whether the path names no claim but a fact that the gateway adds, or a parameter of the JOSE header.</summary>
    private bool IsDerived => Text[0] == '$';

    private bool IsJose => Text.StartsWith(JosePrefix, StringComparison.Ordinal) && Text.Length > JosePrefix.Length;

    /// <summary>Whether the path can lead to something.</summary>
    /// <param name="derived">What <see cref="DerivedBy"/> has found.</param>
    public bool IsKnown(string[] derived) => !IsDerived || IsJose || derived.Contains(Text);

    // The text says all: the names are read from it.
    public bool Equals(ClaimPath? other) => Text == other?.Text;

    public override bool Equals(object? obj) => Equals(obj as ClaimPath);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    public static bool TryParse(string text, out ClaimPath path)
    {
        // The dots in names such as https://shop.example/roles are not separators.
        var names = text.Contains("://", StringComparison.Ordinal) ? [text] : Split(text);
        path = new ClaimPath(text, names);
        return names.All(name => name.Length > 0);
    }

    /// <summary>The derived names that are valid with these issuers.</summary>
    public static string[] DerivedBy(IEnumerable<IssuerOptions> issuers) =>
        [
            SubjectType,
            .. issuers.Select(issuer => IssuerTemplate.PlaceholderOf(issuer.Issuer ?? ""))
                .OfType<string>()
                .Distinct()
                .Select(name => $"${name}")];

    /// <summary>
    /// Adds all values at the path; a path through an array may have several. An array or null at the end of the path is one value.
    /// </summary>
    public void Collect(AccessToken token, List<JsonElement> found)
    {
        if (!IsDerived)
        {
            Collect(token.Claims, _names.AsSpan(), found);
            return;
        }

        if (IsJose)
        {
            if (token.ReadHeader().TryGetProperty(Text[JosePrefix.Length..], out var parameter)
                && parameter.ValueKind == JsonValueKind.String)
            {
                found.Add(parameter);
            }

            return;
        }

        var derived = Text == SubjectType ? token.SubjectType : Text == token.Issuer.TemplateClaim ? token.Issuer.TemplateValue : null;
        if (derived is not null)
        {
            found.Add(JsonSerializer.SerializeToElement(derived, JsonContext.Default.String));
        }
    }

    private static void Collect(JsonElement value, ReadOnlySpan<byte[]> names, List<JsonElement> found)
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
