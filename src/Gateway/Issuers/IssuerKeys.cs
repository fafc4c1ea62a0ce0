using System.Collections.Immutable;
using Gateway.Jose;

namespace Gateway.Issuers;

/// <summary>How an issuer's keys are doing, for people: the last good load, the last error, the next try.</summary>
/// <param name="Lifetime">How long the source said the keys are good for, within our bounds.</param>
internal sealed record KeyState(DateTimeOffset? LoadedAt, string? Error, TimeSpan? Lifetime, DateTimeOffset? NextRefresh)
{
    public static readonly KeyState Initial = new(null, null, null, null);
}

/// <summary>Which keys other replicas were told to forget.</summary>
internal enum ForgottenKeys
{
    /// <summary>Not requested: replicas do not share keys, or the issuer has no keys yet.</summary>
    NotAsked,

    /// <summary>They could not be asked so far, so a key in use may be a forgotten one.</summary>
    Unknown,

    Known,
}

/// <summary>
/// One issuer's key source and its current ring. Requests read <see cref="Current"/> without a lock. Only methods of this class change
/// it, and they take the lock where they need it; <c>ArchitectureTests</c> lists their callers.
/// </summary>
internal sealed class IssuerKeys
{
    private readonly Lock _gate = new();
    private volatile KeyRing _current = KeyRing.Empty;
    private volatile KeyState _state = KeyState.Initial;
    private volatile KeyRing _loaded = KeyRing.Empty;
    private ImmutableHashSet<string> _forgotten = [];
    private ImmutableArray<VerificationKey> _forgottenKeys = [];
    private long _lastUsed;
    private volatile bool _isRetired;
    private volatile ForgottenKeys _forgottenElsewhere;
    private volatile KeyLoad? _fetched;

    public IssuerKeys(string issuer, IKeySource source)
    {
        Issuer = issuer;
        Identifier = issuer;
        IssuerName = issuer;
        Source = source;
    }

    public static IssuerKeys Create(KeySettings settings) => new(settings.Name, KeySources.Create(settings.Source, settings.Issuer))
    {
        Identifier = settings.Issuer,
        MaxStale = settings.MaxStale,
        IsRequired = settings.IsRequired,
    };

    /// <summary>The keys of one issuer of a template.</summary>
    /// <param name="client">The client of the template.</param>
    public static IssuerKeys OfMember(TemplateSettings template, string value, string issuer, KeyDocumentClient? client) =>
        new($"{template.Issuer.Name}:{value}", KeySources.OfMember(template, value, issuer, client))
        {
            Identifier = issuer,
            IssuerName = template.Issuer.Name,
            MaxStale = template.Issuer.Keys.MaxStale,
            IsRequired = false,
        };

    /// <summary>The issuer's name in yarp.json; for an issuer of a template <c>name:value</c>. Unique.</summary>
    public string Issuer { get; }

    /// <summary>The exact <c>iss</c>: what is remembered of the issuer outlives a change of its name.</summary>
    public string Identifier { get; init; }

    /// <summary>The name in yarp.json without the value of a placeholder: metrics use it, because there are few such names.</summary>
    public string IssuerName { get; init; }

    /// <summary>True when the issuer belongs to an issuer template.</summary>
    public bool IsMember => IssuerName != Issuer;

    public IKeySource Source { get; }

    /// <summary>How long the keys stay in use while the source fails.</summary>
    public TimeSpan MaxStale { get; init; } = TimeSpan.FromDays(1);

    /// <summary>True when the gateway is not ready without these keys.</summary>
    public bool IsRequired { get; init; } = true;

    public VerificationBudget Verifications { get; } = new(Environment.ProcessorCount);

    public KeyRing Current => _current;

    /// <summary>True when the source has delivered keys, including keys that an operator has told the gateway to forget.</summary>
    public bool HasLoaded => !_loaded.IsEmpty;

    /// <summary>
    /// These keys are not refreshed any more and must not be used for decisions. A caller that holds them must look the issuer up again.
    /// </summary>
    public bool IsRetired => _isRetired;

    /// <summary>
    /// The timestamp of the last token that was accepted, or 0; used for members of a template, which are removed when idle.
    /// </summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    public KeyState State => _state;

    public ForgottenKeys ForgottenElsewhere => _forgottenElsewhere;

    /// <summary>The last keys from the source itself, to which its "unchanged" refers. Stored and shared keys do not replace it.</summary>
    public KeyLoad? Fetched => _fetched;

    /// <summary>The load under way, and the searches for unknown keys that wait for one.</summary>
    public KeyLoads Loads { get; } = new();

    /// <summary>Applies the result of a load; a failed load leaves the ring unchanged. Returns the previous state.</summary>
    public KeyState Apply(KeyLoad load, DateTimeOffset now)
    {
        lock (_gate)
        {
            var before = _state;
            if (!load.IsSuccess)
            {
                _state = before with { Error = load.Error };
                return before;
            }

            _state = before with { Error = null, LoadedAt = now, Lifetime = load.RefreshIn };
            _fetched = load.Ring is null ? _fetched : load;
            if (_fetched?.Ring is { } ring)
            {
                Replace_NeedsLock(ring);
            }

            return before;
        }
    }

    /// <summary>
    /// Applies a document that was fetched before the start or by another replica, unless the keys are at least as fresh. Returns whether
    /// they are the first keys.
    /// </summary>
    public bool Apply(KeyRing ring, DateTimeOffset fetchedAt, TimeSpan? lifetime)
    {
        lock (_gate)
        {
            var before = _state;
            if (before.LoadedAt >= fetchedAt)
            {
                return false;
            }

            _state = before with { Error = null, LoadedAt = fetchedAt, Lifetime = lifetime };
            Replace_NeedsLock(ring);
            return before.LoadedAt is null;
        }
    }

    /// <summary>Drops keys that have not been confirmed for <see cref="MaxStale"/>. Returns true when it dropped them.</summary>
    public bool ExpireIfStale(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_current.IsEmpty || _state.LoadedAt is not { } loadedAt || now - loadedAt < MaxStale)
            {
                return false;
            }

            Expire_NeedsLock();
            return true;
        }
    }

    /// <summary>
    /// Forgets a key until the gateway restarts: it verifies no token, even while the issuer publishes it. False when it was forgotten
    /// before.
    /// </summary>
    public bool Forget(string keyId)
    {
        lock (_gate)
        {
            if (_forgotten.Contains(keyId))
            {
                return false;
            }

            _forgotten = _forgotten.Add(keyId);
            Restore_NeedsLock();
            return true;
        }
    }

    /// <summary>
    /// Records whether the list of forgotten keys that replicas share could be read. A list that was read once stays known. Returns whether
    /// this was the first attempt, and it failed.
    /// </summary>
    public bool MarkForgottenElsewhere(bool isRead)
    {
        lock (_gate)
        {
            var isFirstFailure = !isRead && _forgottenElsewhere == ForgottenKeys.NotAsked;
            _forgottenElsewhere = isRead ? ForgottenKeys.Known : isFirstFailure ? ForgottenKeys.Unknown : _forgottenElsewhere;
            return isFirstFailure;
        }
    }

    public void PlanRefresh(DateTimeOffset next)
    {
        lock (_gate)
        {
            _state = _state with { NextRefresh = next };
        }
    }

    public void Retire() => _isRetired = true;

    public void Touch(TimeProvider time)
    {
        if (IsMember)
        {
            Volatile.Write(ref _lastUsed, time.GetTimestamp());
        }
    }

    private void Replace_NeedsLock(KeyRing ring)
    {
        _loaded = ring;
        Restore_NeedsLock();
    }

    /// <summary>Removes the keys, because they are too old to trust.</summary>
    private void Expire_NeedsLock()
    {
        _loaded = KeyRing.Empty;
        _current = KeyRing.Empty;
    }

    /// <summary>Makes the loaded ring current, without the keys that an operator has told the gateway to forget.</summary>
    private void Restore_NeedsLock()
    {
        if (_forgotten.IsEmpty)
        {
            _current = _loaded;
            return;
        }

        _forgottenKeys = _forgottenKeys.AddRange(_loaded.Keys.Where(key => IsNamed(key) && !_forgottenKeys.Any(key.IsSameAs)));
        // The same key under another id would verify the same stolen tokens.
        _current = new KeyRing([.. _loaded.Keys.Where(key => !IsNamed(key) && !_forgottenKeys.Any(key.IsSameAs))], _loaded.Skipped);
    }

    private bool IsNamed(VerificationKey key) => key.KeyId is not null && _forgotten.Contains(key.KeyId);
}
