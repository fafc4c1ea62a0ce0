using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Testing.YarpFiles;

/// <summary>
/// The appsettings.json of an application with YARP, in a form that public repositories have, from a JSON file in this folder; and the
/// steps of docs/migration/yarp-jwtbearer.md that make a yarp.json of it.
/// </summary>
internal sealed class YarpFile
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly string Folder = Path.Combine(Script.Root, "tests", "Gateway.Testing", "YarpFiles");
    private static readonly string[] Kept = ["ReverseProxy", "Kestrel", "Logging", "Urls"];

    // Keys that YARP has never read or that earlier versions had, as `gateway check` names them.
    private static readonly string[] NeverRead = ["Provider", "Settings", "Timeout", "MaxRetries"];

    /// <summary>Whether the application's fallback policy protects routes without a policy.</summary>
    public bool ProtectedByDefault { get; init; }

    public required JsonObject File { get; init; }

    public required YarpCall[] Calls { get; init; }

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static YarpFile Read(string name) =>
        JsonSerializer.Deserialize<YarpFile>(System.IO.File.ReadAllText(Path.Combine(Folder, name + ".json")), Web)!;

    /// <summary>The sections that step 1 removes or renames.</summary>
    public IReadOnlyList<string> ForeignSections => [.. File.Select(section => section.Key).Except(Kept)];

    /// <param name="issuer">The entry of <c>Gateway:Issuers</c>, which step 2 takes from the application's code.</param>
    public JsonObject ToGateway(JsonObject issuer)
    {
        // Step 1.
        var proxy = File.First(section => section.Value is JsonObject value && value.ContainsKey("Routes")).Value!.DeepClone().AsObject();
        var moved = new JsonObject { ["ReverseProxy"] = proxy };
        foreach (var name in Kept.Skip(1).Where(File.ContainsKey))
        {
            moved[name] = File[name]!.DeepClone();
        }

        // Steps 2 to 4.
        var gateway = new JsonObject { ["Issuers"] = new JsonObject { ["moved"] = issuer } };
        moved["Gateway"] = gateway;
        var allowed = File["AllowedHosts"]?.GetValue<string>() is { } hosts && hosts != "*" ? hosts.Split(';') : [];
        foreach (var (_, value) in proxy["Routes"]!.AsObject())
        {
            Move(value!.AsObject(), allowed, gateway);
        }

        // Step 5.
        foreach (var (_, cluster) in proxy["Clusters"]!.AsObject())
        {
            foreach (var part in new[] { "SessionAffinity", "HttpClient" })
            {
                foreach (var key in NeverRead)
                {
                    cluster![part]?.AsObject().Remove(key);
                }
            }
        }

        return moved;
    }

    private void Move(JsonObject route, string[] allowed, JsonObject gateway)
    {
        var policy = route["AuthorizationPolicy"]?.GetValue<string>() ?? (ProtectedByDefault ? "Authenticated" : "Anonymous");
        route["AuthorizationPolicy"] = policy.Equals("default", StringComparison.OrdinalIgnoreCase) ? "Authenticated" : policy;
        if (!new[] { "default", "anonymous", "authenticated" }.Contains(policy, StringComparer.OrdinalIgnoreCase))
        {
            Define("Policies", policy, """{ "Scopes": { "All": ["orders:read"] } }""");
        }

        if (route["RateLimiterPolicy"] is { } limit)
        {
            Define("RateLimits", limit.GetValue<string>(), """{ "Permits": 100, "Window": "00:01:00" }""");
        }

        if (route["CorsPolicy"] is { } cors)
        {
            Define("Cors", cors.GetValue<string>(), """{ "Origins": ["https://portal.example.com"] }""");
        }

        if (route["TimeoutPolicy"] is { } timeout)
        {
            Define("Timeouts", timeout.GetValue<string>(), "\"00:01:00\"");
        }

        route.Remove("OutputCachePolicy");
        if (allowed.Length > 0 && route["Match"]!["Hosts"] is null)
        {
            route["Match"]!["Hosts"] = new JsonArray([.. allowed.Select(host => JsonValue.Create(host))]);
        }

        void Define(string section, string name, string json) => (gateway[section] ??= new JsonObject())[name] = JsonNode.Parse(json);
    }
}

/// <summary>A request through the moved configuration, and the path with which it arrives.</summary>
internal sealed record YarpCall(string Send, string Arrives, string Method = "GET", string? Host = null, bool Protected = false)
{
    public Dictionary<string, string> Headers { get; init; } = [];
}
