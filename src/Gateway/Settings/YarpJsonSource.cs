using System.Text.Json;

namespace Gateway.Settings;

/// <summary>Feeds the settings of a parsed yarp.json to .NET's configuration, under the overrides of the environment.</summary>
internal sealed class YarpJsonSource(YarpJson document) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(document);

    private sealed class Provider(YarpJson document) : ConfigurationProvider
    {
        public override void Load()
        {
            foreach (var (path, setting) in document.Settings)
            {
                // A null in the file means "not set", so that defaults apply.
                if (setting.Kind is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False)
                {
                    Data[path] = setting.Text;
                }
            }
        }
    }
}
