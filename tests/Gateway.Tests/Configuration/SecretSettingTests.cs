using System.Reflection;
using System.Text.RegularExpressions;
using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Configuration;

/// <summary>The rule by which settings are shown or hidden.</summary>
public sealed partial class SecretSettingTests
{
    [Fact]
    public void Setting_whose_name_says_secret_is_marked_as_one()
    {
        var all = new HashSet<PropertyInfo>();
        Collect(typeof(GatewayOptions), all);
        Collect(typeof(RouteConfig), all);
        Collect(typeof(ClusterConfig), all);

        all.Count.ShouldBeGreaterThan(100);
        // A file's name is not what is in it, and an affinity key is the name of a cookie.
        all.Where(property => IsText(property.PropertyType) && SaysSecret.IsMatch(property.Name) && !property.Name.EndsWith("File", StringComparison.Ordinal))
            .Where(property => !SecretSettings.IsSecret(property) && property.Name != nameof(SessionAffinityConfig.AffinityKeyName))
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}")
            .ShouldBe(["GatewayOptions.TokenSources", "IssuerOptions.TokenTypes", "LookupOptions.Keys", "RedisOptions.KeyPrefix"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("https://idp.example/keys", "https://idp.example/keys")]
    [InlineData("https://user:pass@idp.example:8443/keys?key=1#x", "https://***@idp.example:8443/keys?***#x")]
    [InlineData("http://user@proxy", "http://***@proxy")]
    [InlineData("http://a:b@c@proxy/x@y", "http://***@proxy/x@y")]
    [InlineData("^https?://[a-z]+(/x)?$", "^https?://[a-z]+(/x)?$")]
    [InlineData("/path?x", "/path?x")]
    public void Address_is_shown_without_credentials_and_query(string text, string shown)
    {
        SecretSettings.Show(text).ShouldBe(shown);
    }

    [Fact]
    public void Credentials_do_not_get_into_a_message()
    {
        SecretSettings.ShowMessage("'http://u:p@host/x' and redis://:p@b are wrong").ShouldBe("'http://***@host/x' and redis://***@b are wrong");
    }

    private static void Collect(Type type, HashSet<PropertyInfo> all)
    {
        if (type.IsGenericType)
        {
            foreach (var argument in type.GetGenericArguments())
            {
                Collect(argument, all);
            }
        }
        else if (type.Namespace is { } name && (name.StartsWith("Gateway", StringComparison.Ordinal) || name.StartsWith("Yarp", StringComparison.Ordinal)) && !type.IsEnum)
        {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(all.Add))
            {
                Collect(property.PropertyType, all);
            }
        }
    }

    private static bool IsText(Type type) => type == typeof(string) || type.IsGenericType && Nullable.GetUnderlyingType(type) is null;

    [GeneratedRegex("Password|Secret|Credential|Connection$|Token|Key")]
    private static partial Regex SaysSecret { get; }
}
