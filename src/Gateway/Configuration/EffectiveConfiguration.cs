using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Authentication;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// What is in effect, in the words of yarp.json: file and overrides together, our defaults filled in, secrets left out. The schema says
/// what there is to show, so that nothing is forgotten.
/// </summary>
internal static class EffectiveConfiguration
{
    /// <summary>The sections <c>Gateway</c> and <c>ReverseProxy</c>.</summary>
    public static JsonObject Of(ConfigurationReading reading) => new()
    {
        [GatewayOptions.SectionName] = Write(SettingSchema.Checked[GatewayOptions.SectionName], Defaults(reading), keepsNull: true),
        [SettingSchema.ReverseProxy] = Write(
            SettingSchema.Checked[SettingSchema.ReverseProxy],
            new
            {
                Routes = reading.Routes.OrderBy(
                    route => reading.Settings.RoutePlaces.GetValueOrDefault(route.RouteId)).ToDictionary(route => route.RouteId, AsWritten),
                Clusters = reading.Clusters.ToDictionary(cluster => cluster.ClusterId),
            },
            keepsNull: false),
    };

    /// <summary>The options, with the defaults that are no constants of theirs.</summary>
    private static GatewayOptions Defaults(ConfigurationReading reading)
    {
        var settings = reading.Settings;
        var options = reading.Configuration.GetSection(GatewayOptions.SectionName).Get<GatewayOptions>() ?? new GatewayOptions();
        return options with
        {
            Issuers = options.Issuers.ToDictionary(
                issuer => issuer.Key,
                issuer => issuer.Value with
                {
                    Algorithms =
                        issuer.Value.Algorithms ?? [.. IssuerCheck.DefaultAlgorithms.Select(algorithm => algorithm.ToString())],
                    TokenTypes = issuer.Value.TokenTypes ?? [.. IssuerCheck.DefaultTypes],
                }),
            TokenSources = options.TokenSources ?? [TokenSourceCheck.Default],
            Identity = options.Identity with
            {
                Headers = options.Identity.Headers ?? new Dictionary<string, string>(IdentityCheck.DefaultHeaders),
            },
            Errors = options.Errors with { Detailed = options.Errors.Detailed ?? settings.DetailedErrors },
            Drain = options.Drain with { Delay = options.Drain.Delay ?? settings.Drain.Delay },
        };
    }

    /// <summary>A rate limit stands where YARP does not look for it.</summary>
    private static RouteConfig AsWritten(RouteConfig route) =>
        route.Metadata?.TryGetValue(RateLimitSettings.MetadataKey, out var limit) == true
        ? route with
        {
            RateLimiterPolicy = limit,
            Metadata = route.Metadata.Where(pair => pair.Key != RateLimitSettings.MetadataKey).ToDictionary(),
        }
        : route;

    /// <param name="keepsNull">True to write settings that are not set; YARP's records have too many of them to be readable.</param>
    /// <param name="isSecret">True when something above is a secret: then every value below it is hidden too.</param>
    private static JsonNode? Write(SettingNode node, object? value, bool keepsNull, bool isSecret = false)
    {
        switch (node)
        {
            case var _ when value is null:
                return null;
            case SettingNode.Group group:
                return WriteGroup(group, value, keepsNull, isSecret);
            case SettingNode.Map map:
                var entries = (IDictionary)value;
                var names = entries.Keys.Cast<string>().ToArray();
                return new JsonObject(names.Select(name => KeyValuePair.Create(
                    name, Write(map.Item, entries[name], keepsNull, isSecret || SecretSettings.IsSecret(names, name)))));
            case SettingNode.List list when value is Enum flags:
                return new JsonArray([.. flags.ToString().Split(", ").Select(flag => Write(list.Item, flag, keepsNull, isSecret))]);
            case SettingNode.List list:
                return new JsonArray([.. ((IEnumerable)value).Cast<object?>().Select(item => Write(list.Item, item, keepsNull, isSecret))]);
            default:
                return isSecret ? SecretSettings.Hidden : WriteValue(value);
        }
    }

    private static JsonObject WriteGroup(SettingNode.Group group, object value, bool keepsNull, bool isSecret)
    {
        var members = new JsonObject();
        foreach (var (name, member) in group.Members)
        {
            var property = value.GetType().GetProperty(name)!;
            var written = Write(member, property.GetValue(value), keepsNull, isSecret || SecretSettings.IsSecret(property));
            if (written is not null || keepsNull)
            {
                members[name] = written;
            }
        }

        return members;
    }

    // Every text and address passes SecretSettings.Show: an address may carry credentials in a setting that is not marked as a secret.
    private static JsonValue WriteValue(object value) => value switch
    {
        bool flag => JsonValue.Create(flag),
        int or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        double number => JsonValue.Create(number),
        TimeSpan time => JsonValue.Create(time.ToString("c", CultureInfo.InvariantCulture)),
        Uri address => JsonValue.Create(SecretSettings.Show(address.OriginalString)),
        _ => JsonValue.Create(SecretSettings.Show(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")),
    };
}
