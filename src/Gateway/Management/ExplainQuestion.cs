using System.Text.Json;
using Gateway.Explanation;
using Gateway.Foundation;

namespace Gateway.Management;

/// <summary>What <c>POST /admin/explain</c> is asked: tokens, and the id of a route; null for any.</summary>
internal sealed record ExplainQuestion(IReadOnlyList<GivenToken> Tokens, string? Route)
{
    /// <summary>What stands before the name of the token source of a token.</summary>
    public const string SourcePrefix = "token.";

    private const string TokenName = "token";
    private const string RouteName = "route";

    /// <returns>What is wrong with it; null for nothing.</returns>
    public static string? TryRead(ReadOnlyMemory<byte> body, bool isForm, out ExplainQuestion? question)
    {
        question = null;
        Dictionary<string, string>? members;
        if (isForm)
        {
            members = RequestBody.ReadForm(body);
            if (members is null)
            {
                return "A parameter occurs twice.";
            }
        }
        else
        {
            if (!StrictJson.TryParseObject(body.Span, out var json))
            {
                return "The body is not strict JSON in UTF-8, with no member twice.";
            }

            var wrong = json.EnumerateObject()
                .Where(member => member.Value.ValueKind != JsonValueKind.String)
                .Select(member => member.Name)
                .FirstOrDefault();
            if (wrong is not null)
            {
                return $"{Shown.Text(wrong)}: this must be text.";
            }

            members = json.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!);
        }

        if (members.Keys.FirstOrDefault(name => name is not (TokenName or RouteName) && !IsOfSource(name)) is { } unknown)
        {
            return $"{Shown.Text(unknown)}: this is unknown; known are token, token.SOURCE and route.";
        }

        // An empty text counts as a token that the client does not send.
        var tokens = members.Where(member => member is { Key: not RouteName, Value.Length: > 0 })
            .Select(member => new GivenToken(member.Key == TokenName ? null : member.Key[SourcePrefix.Length..], member.Value)).ToArray();
        question = new ExplainQuestion(tokens, members.GetValueOrDefault(RouteName));
        return tokens.Length == 0 ? "token: this is required." : null;
    }

    private static bool IsOfSource(string name) =>
        name.StartsWith(SourcePrefix, StringComparison.Ordinal) && name.Length > SourcePrefix.Length;
}
