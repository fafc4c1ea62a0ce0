using System.Reflection;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
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
        all.Where(property => IsText(property.PropertyType)
            && SaysSecret.IsMatch(property.Name)
            && !property.Name.EndsWith("File", StringComparison.Ordinal))
            .Where(property => !SecretSettings.IsSecret(property) && property.Name != nameof(SessionAffinityConfig.AffinityKeyName))
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}")
            .ShouldBe(
                [
                    "ExchangeOptions.TokenEndpoint", "GatewayOptions.TokenSources", "IssuerOptions.TokenTypes", "LookupOptions.Keys",
                    "PolicyOptions.TokenSource", "RedisOptions.KeyPrefix", "AuthorizationCertificateOptions.KeyPath"],
                ignoreOrder: true);
    }

    [Theory]
    [InlineData("https://idp.example/keys", "https://idp.example/keys")]
    [InlineData("https://user:pass@idp.example:8443/keys?key=1#x", "https://***@idp.example:8443/keys?***")]
    [InlineData(" https://idp.example/keys?code=1", "https://idp.example/keys?***")]
    [InlineData("https://idp.example/a b?sig=a b", "https://idp.example/a b?***")]
    [InlineData("https://idp.example/keys?sig=a\nb\tc", "https://idp.example/keys?***")]
    [InlineData("https://idp.example/keys#token=a b", "https://idp.example/keys#***")]
    [InlineData("http://u:pa ss@proxy", "http://***@proxy")]
    [InlineData("\thttp://u:p\n@proxy ", "http://***@proxy")]
    [InlineData(@"http:/\u:pass@proxy\x?y", @"http:/\***@proxy\x?***")]
    [InlineData("http://user@proxy", "http://***@proxy")]
    [InlineData("http://a:b@c@proxy/x@y", "http://***@proxy/x@y")]
    [InlineData("^https?://[a-z]+(/x)?$", "^https?://[a-z]+(/x)?$")]
    [InlineData("/path?x", "/path?x")]
    public void Address_is_shown_without_credentials_and_query(string text, string shown)
    {
        SecretSettings.Show(text).ShouldBe(shown);
    }

    [Fact]
    public void Whatever_is_an_address_is_shown_without_its_secrets()
    {
        // No dot segments: what they take out of the path is no secret and stays in the text.
        string[] pieces = [
            " ", "\t", "\n", "http", "HTTPS", ":", "/", "//", "\\", "@", "?", "#", "canary", "canary", "host", ".com", "u:", "[", "\u00a0",
            "%40"];
        var addresses = 0;
        Prop.ForAll(
            Gen.Elements(pieces)
                .ArrayOf()
                .SelectMany(_ => Gen.Elements("http://", @"http:/\", "\thttp://"), (parts, start) => start + string.Concat(parts))
                .ToArbitrary(),
            text =>
            {
                if (Uri.TryCreate(text, UriKind.Absolute, out var address)
                    && (address.UserInfo + address.Query + address.Fragment).Contains("canary", StringComparison.Ordinal)
                    && !(address.Host + address.AbsolutePath).Contains("canary", StringComparison.Ordinal))
                {
                    addresses++;
                    return !SecretSettings.Show(text).Contains("canary", StringComparison.Ordinal);
                }

                return true;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

        addresses.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Credentials_do_not_get_into_a_message()
    {
        SecretSettings.ShowMessage("'http://u:p@host/x' and redis://:p@b are wrong").ShouldBe(
            "'http://***@host/x' and redis://***@b are wrong");
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
        else if (type.Namespace is { } name
            && (name.StartsWith("Gateway", StringComparison.Ordinal) || name.StartsWith("Yarp", StringComparison.Ordinal))
            && !type.IsEnum)
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
