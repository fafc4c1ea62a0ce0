using System.Collections.Immutable;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.RouteFeatures.Resources;

/// <summary>A protected resource (RFC 9728) and its metadata document: the checked form of <see cref="ResourceOptions"/>.</summary>
internal sealed class ProtectedResource
{
    /// <summary>The well-known path. That of the resource comes after it (RFC 9728 section 3.1).</summary>
    public const string WellKnown = "/.well-known/oauth-protected-resource";

    /// <param name="url">What <paramref name="resource"/> says.</param>
    /// <param name="resource">As configured: clients compare it as text (RFC 9728 section 3.3).</param>
    public ProtectedResource(Uri url, string resource, ImmutableArray<string> authorizationServers, ImmutableArray<string> scopes)
    {
        // Section 3.1: a slash that is the whole path is left out.
        var path = url.AbsolutePath == "/" ? "" : url.AbsolutePath;
        Authority = url.Authority;
        Path = PathString.FromUriComponent(path.TrimEnd('/'));
        Scopes = scopes;
        Challenge = $"resource_metadata=\"{url.Scheme}://{url.Authority}{WellKnown}{path}\"";
        Metadata = Write(resource, authorizationServers, scopes);
    }

    /// <summary>Host and port.</summary>
    public string Authority { get; }

    /// <summary>Without a slash at the end: clients that know <c>/mcp/</c> ask for the metadata of <c>/mcp</c> too.</summary>
    public PathString Path { get; }

    public ImmutableArray<string> Scopes { get; }

    /// <summary>The parameter of a challenge that leads to the metadata (RFC 9728 section 5.1).</summary>
    public string Challenge { get; }

    public ReadOnlyMemory<byte> Metadata { get; }

    private static byte[] Write(string resource, ImmutableArray<string> authorizationServers, ImmutableArray<string> scopes)
    {
        return Utf8Json.Object(json =>
        {
            json.WriteString("resource"u8, resource);
            WriteList(json, "authorization_servers", authorizationServers);
            WriteList(json, "scopes_supported", scopes);
            WriteList(json, "bearer_methods_supported", ["header"]);
        });
    }

    /// <summary>Section 3.2: a member without values is left out.</summary>
    private static void WriteList(Utf8JsonWriter json, string name, ImmutableArray<string> items)
    {
        if (items.IsEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
