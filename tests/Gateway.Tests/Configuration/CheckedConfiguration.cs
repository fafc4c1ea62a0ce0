using Gateway.Configuration;
using Gateway.Host;
using Gateway.Settings;

namespace Gateway.Tests.Configuration;

/// <summary>What a start of the gateway says about a yarp.json, with all checks and nothing started.</summary>
internal static class CheckedConfiguration
{
    /// <summary>One issuer, one policy, one route, one cluster: the smallest whole configuration, for a test to spoil.</summary>
    public const string Good =
        """
        {
          "Gateway": {
            "Issuers": {
              "shop": {
                "Issuer": "https://idp.example.com",
                "Audiences": ["shop-api"],
                "Keys": { "Discovery": true }
              }
            },
            "Policies": {
              "read": { "Scopes": { "All": ["orders:read"] } }
            }
          },
          "ReverseProxy": {
            "Routes": {
              "orders": {
                "ClusterId": "shop",
                "AuthorizationPolicy": "read",
                "Match": { "Path": "/orders/{**rest}" }
              }
            },
            "Clusters": {
              "shop": {
                "Destinations": { "one": { "Address": "http://localhost:1" } }
              }
            }
          }
        }
        """;

    /// <param name="overrides">What environment variables would set, as colon-separated paths.</param>
    /// <param name="files">More files for the folder of yarp.json.</param>
    public static async Task<IReadOnlyList<ConfigurationError>> ErrorsOfAsync(
        string yarpJson,
        IReadOnlyDictionary<string, string?>? overrides = null,
        IReadOnlyDictionary<string, string>? files = null,
        string environment = "Production")
    {
        var folder = Directory.CreateTempSubdirectory("gateway-");
        try
        {
            foreach (var (name, content) in files ?? new Dictionary<string, string>())
            {
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), content);
            }

            var file = Path.Combine(folder.FullName, "yarp.json");
            await File.WriteAllTextAsync(file, yarpJson);
            await using var app = await GatewayApp.BuildAsync(new GatewayAppOptions
            {
                ConfigFile = file,
                Environment = environment,
                Settings = overrides ?? new Dictionary<string, string?>(),
            });
            return [];
        }
        catch (ConfigurationException fault)
        {
            return fault.Errors;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The good configuration with one piece of its text replaced; the piece must be there exactly once.</summary>
    public static string With(string old, string replacement)
    {
        Good.Split(old).Length.ShouldBe(2, $"\"{old}\" occurs once in the good configuration");
        return Good.Replace(old, replacement, StringComparison.Ordinal);
    }

    /// <summary>The errors of the good configuration with one piece of its text replaced.</summary>
    public static Task<IReadOnlyList<ConfigurationError>> ErrorsWithAsync(string old, string replacement) =>
        ErrorsOfAsync(With(old, replacement));
}
