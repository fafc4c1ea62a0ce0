using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Gateway.Foundation;
using Gateway.Issuers.Decryption;

namespace Gateway.Issuers;

/// <summary>One issuer of a template.</summary>
internal sealed class TemplateMember(IssuerProfile profile, long createdAt)
{
    public IssuerProfile Profile => profile;

    /// <summary>The timestamp of the first token seen.</summary>
    public long CreatedAt => createdAt;

    /// <summary>Whether its keys were loaded once, which proves that the issuer exists.</summary>
    public bool IsConfirmed => Profile.Keys.State.LoadedAt is not null;

    /// <summary>
    /// Whether a token of this issuer was ever accepted. A client can invent an issuer, but only the issuer can sign such a token.
    /// </summary>
    public bool IsProven => Profile.Keys.LastUsed != 0;

    /// <summary>The timestamp of the last token accepted, or of the first one seen.</summary>
    public long LastUsed => IsProven ? Profile.Keys.LastUsed : CreatedAt;
}

/// <summary>
/// Issuers that differ in one part of their <c>iss</c>. A member is created for its first token and removed when idle. The number of
/// members is bounded, because clients choose the values.
/// </summary>
internal sealed partial class IssuerTemplate(TemplateSettings settings, DecryptionKeys? decryption = null)
{
    // The value must not leave its path segment or be read as a host.
    [GeneratedRegex(@"\A[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}\z")]
    private static partial Regex ValueSyntax { get; }

    [GeneratedRegex(@"\{([a-z][a-z0-9_]*)\}")]
    private static partial Regex PlaceholderSyntax { get; }

    // An unconfirmed value costs the provider a request, and any client can name one.
    private const int LooksPerSecond = 10;
    private const int MostAtOnce = 10;

    private const int MaxProven = 10_000;

    // How long a new member keeps its place until its keys are loaded, and then until a first token is accepted.
    private static readonly TimeSpan LookBegins = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProofPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SearchEvery = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, TemplateMember> _members = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private readonly HashSet<string> _proven = new(StringComparer.Ordinal);
    private readonly FrozenSet<string>? _values = settings.Values?.ToFrozenSet(StringComparer.Ordinal);
    private readonly Regex? _matches = settings.Matches is { } matches ? LinearPattern.Compile(matches) : null;
    private readonly string _prefix = PrefixOf(settings.Issuer.Issuer);
    private readonly string _suffix = SuffixOf(settings.Issuer.Issuer);

    // One for all members.
    private readonly KeyDocumentClient? _client = KeySources.ClientOf(settings.Issuer.Keys.Source);

    private long _looks;
    private long? _fullSince;

    /// <summary>The entry's name in yarp.json.</summary>
    public string Name => settings.Issuer.Name;

    /// <summary>The <c>iss</c> with its placeholder.</summary>
    public string Pattern => settings.Issuer.Issuer;

    /// <summary>Our keys for encrypted tokens of all its members; null when they send none.</summary>
    public DecryptionKeys? Decryption => decryption;

    public TimeSpan IdleAfter => settings.IdleAfter;

    public ICollection<TemplateMember> Members => _members.Values;

    /// <summary>The name between braces, or null when there is not exactly one.</summary>
    public static string? PlaceholderOf(string issuer) =>
        PlaceholderSyntax.Matches(issuer) is [var only] && issuer.Count(c => c is '{' or '}') == 2 ? only.Groups[1].Value : null;

    /// <summary>
    /// Whether the <c>iss</c> matches the template; the member is null when the template is full or too many new ones are requested.
    /// </summary>
    public bool TryFind(string issuer, TimeProvider time, out IssuerProfile? member)
    {
        member = null;
        if (ValueOf(issuer) is not { } value)
        {
            return false;
        }

        if (!_members.TryGetValue(value, out var known))
        {
            if (!ValueSyntax.IsMatch(value) || !IsAllowed(value))
            {
                return false;
            }

            known = FindOrAdd(value, issuer, time);
            if (known is null)
            {
                return true;
            }
        }

        member = known.Profile;
        return true;
    }

    /// <summary>The profile that a member with this <c>iss</c> has; null when it does not match. Creates no member.</summary>
    public IssuerProfile? Describe(string issuer) => ValueOf(issuer) is not { } value ? null
        : _members.TryGetValue(value, out var known) ? known.Profile
        : ValueSyntax.IsMatch(value) && IsAllowed(value) ? Create(value, issuer)
        : null;

    /// <summary>Records that the issuer existed before, so that it does not wait for the rate limit of unconfirmed values.</summary>
    public void Remember(string value)
    {
        lock (_adding)
        {
            if (_proven.Count < MaxProven)
            {
                _proven.Add(value);
            }
        }
    }

    public void Drop(TemplateMember member)
    {
        if (member.IsProven)
        {
            Remember(member.Profile.TemplateValue!);
        }

        _members.TryRemove(KeyValuePair.Create(member.Profile.TemplateValue!, member));
        member.Profile.Keys.Retire();
    }

    /// <summary>The template was removed from the configuration.</summary>
    public void Retire()
    {
        foreach (var member in _members.Values)
        {
            Drop(member);
        }
    }

    private bool IsAllowed(string value) => _values?.Contains(value) ?? _matches!.IsMatch(value);

    private IssuerProfile Create(string value, string issuer) => new(settings.Issuer, IssuerKeys.OfMember(settings, value, issuer, _client))
    {
        Issuer = issuer,
        TemplateClaim = $"${settings.Placeholder}",
        TemplateValue = value,
        Decryption = decryption,
    };

    private static string PrefixOf(string pattern) => pattern[..pattern.IndexOf('{', StringComparison.Ordinal)];

    private static string SuffixOf(string pattern) => pattern[(pattern.IndexOf('}', StringComparison.Ordinal) + 1)..];

    private string? ValueOf(string issuer) =>
        issuer.Length > _prefix.Length + _suffix.Length
        && issuer.StartsWith(_prefix, StringComparison.Ordinal)
        && issuer.EndsWith(_suffix, StringComparison.Ordinal)
            ? issuer[_prefix.Length..^_suffix.Length]
            : null;

    private TemplateMember? FindOrAdd(string value, string issuer, TimeProvider time)
    {
        // One at a time, so that concurrent tokens do not create more members than allowed.
        lock (_adding)
        {
            if (_members.TryGetValue(value, out var member))
            {
                return member;
            }

            if ((_values is not null || _proven.Contains(value) || MayLook_NeedsLock(time)) && HasRoom_NeedsLock(time))
            {
                member = new TemplateMember(Create(value, issuer), time.GetTimestamp());
                _members[value] = member;
            }

            return member;
        }
    }

    private bool MayLook_NeedsLock(TimeProvider time)
    {
        var now = time.GetTimestamp();
        var each = time.TimestampFrequency / LooksPerSecond;
        var next = Math.Max(_looks, now - (MostAtOnce * each)) + each;
        if (next > now)
        {
            return false;
        }

        _looks = next;
        return true;
    }

    /// <summary>True when there is room for one more, or can be made.</summary>
    private bool HasRoom_NeedsLock(TimeProvider time)
    {
        if (_members.Count < settings.MaxRings)
        {
            return true;
        }

        // Not once for each token of a flood.
        if (_fullSince is { } since && time.GetElapsedTime(since) < SearchEvery)
        {
            return false;
        }

        var spare = _members.Values.Where(member => IsSpare(member, time)).MinBy(member => (member.IsConfirmed, member.CreatedAt));
        _fullSince = spare is null ? time.GetTimestamp() : null;
        if (spare is not null)
        {
            Drop(spare);
        }

        return spare is not null;
    }

    /// <summary>True when the member may be evicted: its keys could not be loaded, or no token of it was accepted in time.</summary>
    private static bool IsSpare(TemplateMember member, TimeProvider time)
    {
        var age = time.GetElapsedTime(member.CreatedAt);
        return member.IsConfirmed
            ? !member.IsProven && age > ProofPatience
            : member.Profile.Keys.State.Error is not null || (!member.Profile.Keys.Loads.IsRunning && age > LookBegins);
    }
}
