namespace Gateway.Settings;

/// <summary>
/// The settings of a tree as a source for a host. .NET's own source for another configuration reads an empty value as none.
/// </summary>
internal sealed class SettingTreeSource(SettingTree tree) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(tree);

    private sealed class Provider(SettingTree tree) : ConfigurationProvider
    {
        public override bool TryGet(string key, out string? value) => (value = tree[key]) is not null;

        public override void Set(string key, string? value) => tree[key] = value;

        public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) =>
            (parentPath is null ? tree : (IConfiguration)tree.GetSection(parentPath)).GetChildren().Select(child => child.Key)
                .Concat(earlierKeys)
                .Order(ConfigurationKeyComparer.Instance);
    }
}
