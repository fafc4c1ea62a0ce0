using System.Collections.Concurrent;

namespace Gateway.Issuers.StatusLists;

/// <summary>The status lists that the tokens of one issuer have named. Their number and size are bounded: issuers can be hostile too.</summary>
internal sealed class StatusListSet : IDisposable
{
    private const int MaxLists = 256;
    private const long MaxBytes = 64L * 1024 * 1024;

    // A list in a JWT is base64 of base64 of what is compressed already.
    public const int MaxDocument = 2 * StatusBits.MaxLength;

    private readonly ConcurrentDictionary<string, StatusList> _lists = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private readonly HttpClient _http;

    private StatusListSet(StatusListSettings settings)
    {
        Settings = settings;
        _http = KeySources.HttpOf(settings.Fetch);
        Client = new KeyDocumentClient(_http, settings.Fetch, "application/statuslist+jwt", MaxDocument);
    }

    public StatusListSettings Settings { get; }

    public KeyDocumentClient Client { get; }

    public ICollection<StatusList> Lists => _lists.Values;

    public static StatusListSet Create(StatusListSettings settings) => new(settings);

    public StatusList? Find(string name) => _lists.GetValueOrDefault(name);

    /// <summary>Null when the issuer's tokens name too many lists.</summary>
    public StatusList? FindOrAdd(string name, Uri address)
    {
        if (_lists.TryGetValue(name, out var known))
        {
            return known;
        }

        lock (_adding)
        {
            return _lists.Count < MaxLists ? _lists.GetOrAdd(name, _ => new StatusList(address, name)) : _lists.GetValueOrDefault(name);
        }
    }

    /// <summary>Whether a list of so many bytes may take the place of what this one has.</summary>
    public bool HasRoomFor(StatusList list, int bytes) =>
        _lists.Values.Where(other => other != list).Sum(other => (long)(other.Current?.Bytes.Length ?? 0)) + bytes <= MaxBytes;

    public void Remove(StatusList list)
    {
        _lists.TryRemove(KeyValuePair.Create(list.Name, list));
        list.IsRetired = true;
    }

    public void Dispose() => _http.Dispose();
}
