using Microsoft.Extensions.Primitives;

namespace Gateway.Settings;

/// <summary>
/// Settings as .NET's configuration, kept as a tree. .NET's own configuration builds the path and an object for each section that is
/// read, and searches all settings for the section's children. A reload reads each setting several times; with thousands of routes that
/// would be most of what it allocates, and the pauses of the garbage collector delay requests. Here a look-up in
/// the spelling of the tree allocates nothing; one in another spelling gets a copy. Threads may read together, but not while another one
/// sets a value.
/// </summary>
internal abstract class SettingTree : IConfiguration
{
    // A search of more children than that takes longer than a look into a dictionary.
    private const int Few = 8;

    private static readonly CancellationChangeToken NeverReloaded = new(CancellationToken.None);
    private static readonly List<Section> None = [];
    private static readonly Comparer<Section> Order =
        Comparer<Section>.Create((one, other) => ConfigurationKeyComparer.Instance.Compare(one.Key, other.Key));

    // Sorted as .NET does: 2 comes before 10.
    private List<Section> _children = None;
    private Dictionary<string, Section>? _byKey;

    public string? this[string key]
    {
        get => Find(key)?.Value;
        set => GetOrAdd(key).Value = value;
    }

    /// <summary>Of two values for one path, the last counts.</summary>
    public static SettingTree Of(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var root = new Root();
        foreach (var (path, value) in settings)
        {
            root[path] = value;
        }

        return root;
    }

    public IEnumerable<IConfigurationSection> GetChildren() => _children;

    public IChangeToken GetReloadToken() => NeverReloaded;

    /// <summary>
    /// A section that is not there has neither value nor children, and does not become a part of the tree. Its path is spelled as in
    /// the argument.
    /// </summary>
    public IConfigurationSection GetSection(string key)
    {
        var section = Find(key);
        return section?.IsSpelled(this, key) == true ? section : new Section(this, key, section);
    }

    private Section? Find(ReadOnlySpan<char> path)
    {
        var node = this;
        foreach (var key in path.Split(ConfigurationPath.KeyDelimiter[0]))
        {
            node = node?.Child(path[key]);
        }

        return (Section?)node;
    }

    private Section GetOrAdd(ReadOnlySpan<char> path)
    {
        var node = this;
        foreach (var key in path.Split(ConfigurationPath.KeyDelimiter[0]))
        {
            node = node.Child(path[key]) ?? node.Add(new Section(node, path[key].ToString()));
        }

        return (Section)node;
    }

    private Section? Child(ReadOnlySpan<char> key)
    {
        if (_byKey is not null)
        {
            return _byKey.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var known) ? known : null;
        }

        foreach (var child in _children)
        {
            if (key.Equals(child.Key, StringComparison.OrdinalIgnoreCase))
            {
                return child;
            }
        }

        return null;
    }

    private Section Add(Section child)
    {
        if (_children.Count == 0)
        {
            _children = [];
        }

        var at = _children.BinarySearch(child, Order);
        _children.Insert(at < 0 ? ~at : at, child);
        if (_children.Count > Few)
        {
            _byKey ??= _children.ToDictionary(each => each.Key, StringComparer.OrdinalIgnoreCase);
            _byKey[child.Key] = child;
        }

        return child;
    }

    private sealed class Root : SettingTree;

    private sealed class Section(SettingTree parent, string key) : SettingTree, IConfigurationSection
    {
        private string? _path;

        /// <summary>Another section under a path of other spelling, which is in the paths of its children too.</summary>
        public Section(SettingTree parent, string key, Section? same)
            : this(parent, key)
        {
            Value = same?.Value;
            foreach (var child in same?._children ?? None)
            {
                Add(new Section(this, child.Key, child));
            }
        }

        public string Key { get; } = key[(key.LastIndexOf(ConfigurationPath.KeyDelimiter[0]) + 1)..];

        public string Path => _path ??= parent is Section above ? ConfigurationPath.Combine(above.Path, key) : key;

        public string? Value { get; set; }

        /// <summary>Whether a path from an ancestor has the case that the keys have.</summary>
        public bool IsSpelled(SettingTree ancestor, ReadOnlySpan<char> path) =>
            path.EndsWith(Key, StringComparison.Ordinal)
            && (ReferenceEquals(parent, ancestor) || ((Section)parent).IsSpelled(ancestor, path[..^(Key.Length + 1)]));
    }
}
