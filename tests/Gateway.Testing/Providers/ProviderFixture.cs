using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Testing.Providers;

/// <summary>
/// The documented shape of a provider's tokens and keys, from a JSON file in this folder. Times in claims are seconds from now.
/// </summary>
internal sealed class ProviderFixture
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly string Folder = Path.Combine(Script.Root, "tests", "Gateway.Testing", "Providers");

    /// <summary>The page in docs/providers whose configuration accepts the tokens.</summary>
    public required string Page { get; init; }

    /// <summary>The page's heading above that configuration.</summary>
    public required string Section { get; init; }

    /// <summary>The provider's metadata, or null when the page names the address of the keys.</summary>
    public ProviderMetadata? Metadata { get; init; }

    /// <summary>The address of the keys.</summary>
    public required string KeysAt { get; init; }

    /// <summary>The published keys, without their numbers: members such as <c>use</c> and <c>alg</c>, and <c>x5c: true</c>.</summary>
    public required JsonObject[] Keys { get; init; }

    /// <summary>Access tokens for the API. The first is the one whose identity headers the page shows.</summary>
    public required ProviderToken[] Accepted { get; init; }

    /// <summary>Tokens that are not: changes of the first accepted one, each with the reason of the rejection.</summary>
    public required ProviderToken[] Rejected { get; init; }

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static ProviderFixture Read(string name) =>
        JsonSerializer.Deserialize<ProviderFixture>(File.ReadAllText(Path.Combine(Folder, name + ".json")), Web)!;
}

/// <summary>The two members of a discovery document that matter here, as the provider writes them.</summary>
internal sealed record ProviderMetadata(string Issuer, string JwksUri);

/// <summary>A token in a provider's shape.</summary>
internal sealed class ProviderToken
{
    /// <summary>What the provider calls it.</summary>
    public required string What { get; init; }

    public JsonObject Header { get; init; } = [];

    public JsonObject Claims { get; init; } = [];

    /// <summary>Of a rejected token: the claims of the accepted one that it lacks.</summary>
    public string[] Without { get; init; } = [];

    /// <summary>What takes the token's place when it is no JWT in compact form.</summary>
    public string? Text { get; init; }

    /// <summary>The header that carries the token in place of <c>Authorization</c>.</summary>
    public string? Carrier { get; init; }

    public string Path { get; init; } = "/orders/1";

    /// <summary>Of a rejected token, as in docs/configuration.md.</summary>
    public string? Reason { get; init; }
}
