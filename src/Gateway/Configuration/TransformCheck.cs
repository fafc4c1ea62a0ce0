using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>Checks a route's transforms: their names, their members, and values that would make a request fail.</summary>
internal static class TransformCheck
{
    private static readonly string[] Truth = ["true", "false"];
    private static readonly string[] When = ["Always", "Success", "Failure"];
    private static readonly string[] Actions = ["Off", "Set", "Append", "Remove"];
    private static readonly string[] Formats = ["Random", "RandomAndPort", "Unknown", "UnknownAndPort", "Ip", "IpAndPort"];
    private static readonly string[] SetOrAppend = ["Set", "Append"];

    /// <summary>How the value of a member is checked.</summary>
    private enum Form
    {
        Any,
        Path,
        Template,
        Header,
        Headers,
        HeaderValue,
        Method,
        ForwardedParts,
        Truth,
        When,
        Action,
        Format,
    }

    /// <summary>One transform of YARP and the members that it knows.</summary>
    /// <param name="Value">The form of the value beside its name.</param>
    /// <param name="NeedsSetOrAppend">Whether exactly one of Set and Append must be there.</param>
    /// <param name="Set">The form of Set or Append.</param>
    /// <param name="More">Other members that may be there.</param>
    private sealed record Kind(
        string Name, Form Value, bool NeedsSetOrAppend = false, Form Set = Form.Any, params (string Name, Form Value)[] More);

    // YARP's transforms. The first member of a transform that is in this list is its name.
    private static readonly ImmutableArray<Kind> Kinds =
    [
        new("PathSet", Form.Path), new("PathPrefix", Form.Path), new("PathRemovePrefix", Form.Path), new("PathPattern", Form.Template),
        new("QueryValueParameter", Form.Any, true), new("QueryRouteParameter", Form.Any, true), new("QueryRemoveParameter", Form.Any),
        new("HttpMethodChange", Form.Method, false, Form.Any, ("Set", Form.Method)),
        new("RequestHeadersCopy", Form.Truth), new("RequestHeaderOriginalHost", Form.Truth),
        new("RequestHeader", Form.Header, true, Form.HeaderValue), new("RequestHeaderRouteValue", Form.Header, true),
        new("RequestHeaderRemove", Form.Header), new("RequestHeadersAllowed", Form.Headers),
        new(
            "X-Forwarded", Form.Action, false, Form.Any, ("HeaderPrefix", Form.Header), ("For", Form.Action), ("Prefix", Form.Action),
            ("Host", Form.Action), ("Proto", Form.Action)),
        new(
            "Forwarded", Form.ForwardedParts, false, Form.Any, ("Action", Form.Action), ("ForFormat", Form.Format),
            ("ByFormat", Form.Format)),
        new("ClientCert", Form.Header),
        new("ResponseHeadersCopy", Form.Truth), new("ResponseTrailersCopy", Form.Truth),
        new("ResponseHeader", Form.Header, true, Form.HeaderValue, ("When", Form.When)),
        new("ResponseTrailer", Form.Header, true, Form.HeaderValue, ("When", Form.When)),
        new("ResponseHeaderRemove", Form.Header, false, Form.Any, ("When", Form.When)),
        new("ResponseTrailerRemove", Form.Header, false, Form.Any, ("When", Form.When)),
        new("ResponseHeadersAllowed", Form.Headers), new("ResponseTrailersAllowed", Form.Headers),
    ];

    public static void Run(IConfigurationSection transform, RoutePaths paths, ConfigurationReport report)
    {
        var members = transform.GetChildren().Where(member => member.Value is not null).ToArray();
        var kind = Kinds.FirstOrDefault(kind => members.Any(member => IsNamed(member, kind.Name)));
        if (kind is null)
        {
            if (members.Length > 0)
            {
                report.Error(
                    transform.Path, $"there is no transform \"{members[0].Key}\".",
                    Suggestion.For(members[0].Key, Kinds.Select(known => known.Name)));
            }

            return;
        }

        var sets = kind.NeedsSetOrAppend
            ? members.Where(member => SetOrAppend.Contains(member.Key, StringComparer.OrdinalIgnoreCase)).ToArray()
            : [];
        if (kind.NeedsSetOrAppend && sets.Length != 1)
        {
            report.Error(transform.Path, $"{kind.Name} needs either Set or Append.", "Set replaces what is there, Append adds to it.");
        }

        if (kind.Name == "HttpMethodChange" && !members.Any(member => IsNamed(member, "Set")))
        {
            report.Error(transform.Path, "HttpMethodChange needs Set.", "Name the new method in Set.");
        }

        foreach (var member in members)
        {
            var form = IsNamed(member, kind.Name) ? kind.Value
                : sets.Contains(member) ? kind.Set
                : kind.More.FirstOrDefault(more => IsNamed(member, more.Name)) is { Name: not null } more ? more.Value
                : (Form?)null;
            if (form is { } known)
            {
                CheckValue(member, known, paths, report);
            }
            else
            {
                string[] names = [.. kind.NeedsSetOrAppend ? SetOrAppend : [], .. kind.More.Select(more => more.Name)];
                report.Error(
                    member.Path, $"the transform {kind.Name} has no member \"{member.Key}\".",
                    names.Length > 0 ? Suggestion.For(member.Key, names) : "Remove it, or make it a transform of its own.");
            }
        }
    }

    private static bool IsNamed(IConfigurationSection member, string name) => member.Key.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static void CheckValue(IConfigurationSection member, Form form, RoutePaths paths, ConfigurationReport report)
    {
        var value = member.Value!;
        var (problem, cure) = form switch
        {
            Form.Header when !HeaderSyntax.IsToken(value) => ("this is not a header's name.", "Use letters, digits and hyphens."),
            Form.Headers when value.Split(';', StringSplitOptions.TrimEntries).Any(name => name.Length > 0 && !HeaderSyntax.IsToken(name))
                => ("this is not a list of header names.", "Separate names by semicolons."),
            Form.HeaderValue when !HeaderSyntax.IsValue(value) =>
                ("this cannot be sent in a header.", "Use text without control characters."),
            Form.Method when !HeaderSyntax.IsToken(value) => ("this is not a method.", "Write one such as GET."),
            Form.Truth => OneOf(value, Truth, StringComparison.OrdinalIgnoreCase),
            Form.When => OneOf(value, When, StringComparison.OrdinalIgnoreCase),
            // YARP compares these with case.
            Form.Action => OneOf(value, Actions, StringComparison.Ordinal),
            Form.Format => OneOf(value, Formats, StringComparison.OrdinalIgnoreCase),
            Form.ForwardedParts when value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
                .Any(part => part.ToUpperInvariant() is not ("FOR" or "BY" or "HOST" or "PROTO")) =>
                    ("this names no part of the header.", "List some of for, by, host, proto."),
            _ => (null, ""),
        };
        if (problem is not null)
        {
            report.Error(member.Path, problem, cure);
        }
        else if (form == Form.Template)
        {
            // YARP builds the constraints of a pattern for each request.
            paths.Check(member.Path, value, report);
        }
    }

    /// <returns>No problem when the value is one of the names.</returns>
    private static (string? Problem, string Cure) OneOf(string value, string[] names, StringComparison comparison) =>
        names.Any(name => name.Equals(value, comparison))
            ? (null, "")
            : ($"this must be one of {string.Join(", ", names)}.", Suggestion.For(value, names));
}
