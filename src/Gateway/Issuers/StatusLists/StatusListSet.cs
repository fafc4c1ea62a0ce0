using System.Collections.Concurrent;

namespace Gateway.Issuers.StatusLists;

/// <summary>
/// The status lists that the tokens of one issuer have named. Their number and size are bounded: issuers can be hostile too.
/// </summary>
internal sealed class StatusListSet : IDisposable
{
    private const int MaxLists = 256;
    private const long MaxBytes = 64L * 1024 * 1024;
    private const int MostLoads = 2;

    // A list in a JWT is base64 of base64 of what is compressed already.
    public const int MaxDocument = 2 * StatusBits.MaxLength;

    private readonly ConcurrentDictionary<string, StatusList> _lists = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private readonly SemaphoreSlim _loads = new(MostLoads);
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

    /// <summary>Runs a load when fewer than <see cref="MostLoads"/> others run: a load takes many times the memory of its list.</summary>
    public async Task<T> LoadAsync<T>(Func<Task<T>> load)
    {
        await _loads.WaitAsync();
        try
        {
            return await load();
        }
        finally
        {
            _loads.Release();
        }
    }

    /// <summary>Replaces the content of a list, and the times of its next load and of its expiry.</summary>
    /// <returns>Null, or the reason why the content is rejected.</returns>
    public string? Put(StatusList list, StatusListToken content, StatusListTimes times)
    {
        lock (_adding)
        {
            var others = _lists.Values.Where(other => other != list).Sum(other => (long)(other.Current?.Bytes.Length ?? 0));
            if (others + content.Statuses.Bytes.Length > MaxBytes)
            {
                return "the lists of the issuer take too much memory together";
            }

            // A server that returns an older list must not undo a revocation.
            return list.TryReplace(content, times) ? null : "it was issued before the list that is in use";
        }
    }

    public void Remove(StatusList list)
    {
        _lists.TryRemove(KeyValuePair.Create(list.Name, list));
        list.Retire();
    }

    public void Dispose()
    {
        _http.Dispose();
        _loads.Dispose();
    }
}
