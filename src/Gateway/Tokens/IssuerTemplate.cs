using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Gateway.Tokens;

/// <summary>One issuer of a family.</summary>
internal sealed record TemplateMember(IssuerProfile Profile, long CreatedAt)
{
    /// <summary>Whether its keys could ever be loaded: whether there is such an issuer.</summary>
    public bool IsConfirmed => Profile.Keys.State.LoadedAt is not null;
}

/// <summary>
/// A family of issuers that differ in one part of their <c>iss</c>. Members come into being with their first token and leave when
/// idle; their number is bounded, because whoever writes tokens chooses the values.
/// </summary>
internal sealed partial class IssuerTemplate(
    string name, string pattern, Func<string, bool> isAllowed, Func<string, string, IssuerProfile> create, TemplateOptions options)
{
    // Nothing that could step out of its path segment or be read as a host.
    [GeneratedRegex(@"\A[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}\z")]
    private static partial Regex ValueSyntax { get; }

    [GeneratedRegex(@"\{([a-z][a-z0-9_]*)\}")]
    private static partial Regex PlaceholderSyntax { get; }

    // How many members that have never had keys may stand in line: each costs the provider a look, and strangers name them.
    private const int MaxUnconfirmed = 10;
    private static readonly TimeSpan CountEvery = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, TemplateMember> _members = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private int _unconfirmed;
    private long _counted;
    private readonly string _prefix = pattern[..pattern.IndexOf('{', StringComparison.Ordinal)];
    private readonly string _suffix = pattern[(pattern.IndexOf('}', StringComparison.Ordinal) + 1)..];

    /// <summary>The entry's name in yarp.json.</summary>
    public string Name => name;

    /// <summary>The <c>iss</c> with its placeholder.</summary>
    public string Pattern => pattern;

    public TimeSpan IdleAfter => options.IdleAfter;

    public ICollection<TemplateMember> Members => _members.Values;

    /// <summary>The name between braces, or null when there is not exactly one.</summary>
    public static string? PlaceholderOf(string issuer) =>
        PlaceholderSyntax.Matches(issuer) is [var only] && issuer.Count(c => c is '{' or '}') == 2 ? only.Groups[1].Value : null;

    /// <summary>Whether the <c>iss</c> belongs to the family; the member is null when the family is full.</summary>
    public bool TryFind(string issuer, TimeProvider time, out IssuerProfile? member)
    {
        member = null;
        if (ValueOf(issuer) is not { } value)
        {
            return false;
        }

        if (!_members.TryGetValue(value, out var known))
        {
            if (!ValueSyntax.IsMatch(value) || !isAllowed(value))
            {
                return false;
            }

            known = FindOrAdd(value, issuer, time);
            if (known is null)
            {
                return true;
            }
        }

        known.Profile.Keys.Touch(time);
        member = known.Profile;
        return true;
    }

    /// <summary>What a member with this <c>iss</c> is like; null when the family has none. It does not become one.</summary>
    public IssuerProfile? Describe(string issuer) => ValueOf(issuer) is not { } value ? null
        : _members.TryGetValue(value, out var known) ? known.Profile
        : ValueSyntax.IsMatch(value) && isAllowed(value) ? create(value, issuer)
        : null;

    public void Drop(TemplateMember member)
    {
        _members.TryRemove(KeyValuePair.Create(member.Profile.TemplateValue!, member));
        member.Profile.Keys.Retire();
    }

    /// <summary>The family has left the configuration.</summary>
    public void Retire()
    {
        foreach (var member in _members.Values)
        {
            Drop(member);
        }
    }

    private string? ValueOf(string issuer) =>
        issuer.Length > _prefix.Length + _suffix.Length
        && issuer.StartsWith(_prefix, StringComparison.Ordinal)
        && issuer.EndsWith(_suffix, StringComparison.Ordinal)
            ? issuer[_prefix.Length..^_suffix.Length]
            : null;

    private TemplateMember? FindOrAdd(string value, string issuer, TimeProvider time)
    {
        // One at a time, so that tokens that come together make no more members than there is room for.
        lock (_adding)
        {
            if (_unconfirmed >= MaxUnconfirmed && time.GetElapsedTime(_counted) >= CountEvery)
            {
                // Those whose keys have come since make room; counted now and then only, whatever a flood asks for.
                _counted = time.GetTimestamp();
                _unconfirmed = _members.Values.Count(known => !known.IsConfirmed);
            }

            if (!_members.TryGetValue(value, out var member) && _members.Count < options.MaxRings && _unconfirmed < MaxUnconfirmed)
            {
                _unconfirmed++;
                member = new TemplateMember(create(value, issuer), time.GetTimestamp());
                _members[value] = member;
            }

            return member;
        }
    }
}
