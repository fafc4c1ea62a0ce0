namespace Gateway.Settings;

/// <summary>
/// Feeds settings to .NET's configuration, with an index of the children of each section. .NET's own providers search all their settings
/// for each section that is read, so ten times as many routes would take a hundred times as long to read and check.
/// </summary>
/// <param name="settings">The values by path; the dictionary must ignore case. The source keeps and changes it.</param>
internal sealed class IndexedSource(Dictionary<string, string?> settings) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(settings);

    private sealed class Provider : ConfigurationProvider
    {
        // The keys below each section, by its path; the path of the root is empty. Sorted as .NET does: 2 comes before 10.
        private readonly Dictionary<string, List<string>> _children = new(StringComparer.OrdinalIgnoreCase);

        public Provider(Dictionary<string, string?> settings)
        {
            Data = settings;
            foreach (var path in settings.Keys)
            {
                Index(path);
            }
        }

        public override void Set(string key, string? value)
        {
            var isKnown = Data.ContainsKey(key);
            base.Set(key, value);
            if (!isKnown)
            {
                Index(key);
            }
        }

        /// <param name="earlierKeys">The keys of the sources before this one. Mostly empty; then nothing is merged or sorted.</param>
        public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
        {
            if (!_children.TryGetValue(parentPath ?? "", out var own))
            {
                return earlierKeys;
            }

            if (earlierKeys.TryGetNonEnumeratedCount(out var count) && count == 0)
            {
                return own;
            }

            List<string> keys = [.. own, .. earlierKeys];
            keys.Sort(ConfigurationKeyComparer.Instance);
            return keys;
        }

        /// <summary>Adds a path to its section, that section to its parent, and so on up to the first that is there already.</summary>
        private void Index(string path)
        {
            var (end, isNew) = (path.Length, true);
            while (end > 0 && isNew)
            {
                var start = path.LastIndexOf(ConfigurationPath.KeyDelimiter[0], end - 1);
                var section = start < 0 ? "" : path[..start];
                isNew = !_children.TryGetValue(section, out var keys);
                if (isNew)
                {
                    _children[section] = keys = [];
                    // A section that has a value of its own is added to its parent when that value is indexed.
                    isNew = !Data.ContainsKey(section);
                }

                var key = path[(start + 1)..end];
                var at = keys!.BinarySearch(key, ConfigurationKeyComparer.Instance);
                keys.Insert(at < 0 ? ~at : at, key);
                end = start;
            }
        }
    }
}
