using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing.Providers;

/// <summary>
/// A provider's metadata and keys on loopback, in the provider's form. An address <c>https://host/path</c> of the provider is
/// <c>http://127.0.0.1:port/host/path</c> here, in documents, configurations and tokens alike.
/// </summary>
internal sealed class ProviderDouble : IAsyncDisposable
{
    private const string Https = "https://";
    private static readonly SigningKey Signing = SigningKey.Rsa("current-key");
    private static readonly SigningKey Other = SigningKey.Rsa("another-key");
    private static readonly string Certificate = Convert.ToBase64String(Signing.ToCertificate());

    // Claims that hold a time.
    private static readonly string[] Times = ["iat", "nbf", "exp", "auth_time"];

    private readonly ProviderFixture _fixture;
    private LoopbackServer _server = null!;

    private ProviderDouble(ProviderFixture fixture) => _fixture = fixture;

    public static async Task<ProviderDouble> StartAsync(ProviderFixture fixture)
    {
        var provider = new ProviderDouble(fixture);
        provider._server = await LoopbackServer.StartAsync(provider.AnswerAsync);
        return provider;
    }

    /// <summary>The address on loopback that stands for this one.</summary>
    public string Local(string address) =>
        address.StartsWith(Https, StringComparison.Ordinal) ? $"{_server.Address}/{address[Https.Length..]}" : address;

    /// <summary>The page's configuration, with the provider's addresses on loopback.</summary>
    public JsonObject Local(JsonObject configuration)
    {
        foreach (var (_, issuer) in configuration["Gateway"]!["Issuers"]!.AsObject())
        {
            issuer!["Issuer"] = Local(issuer["Issuer"]!.GetValue<string>());
            if (issuer["Keys"]!["JwksUri"] is { } address)
            {
                issuer["Keys"]!["JwksUri"] = Local(address.GetValue<string>());
            }
        }

        return configuration;
    }

    public string Sign(JsonObject header, JsonObject claims, bool withAnotherKey = false)
    {
        var (head, body) = (header.DeepClone().AsObject(), claims.DeepClone().AsObject());
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        foreach (var time in Times.Where(time => body[time]?.GetValueKind() == JsonValueKind.Number))
        {
            body[time] = now + long.Parse(body[time]!.ToJsonString(), CultureInfo.InvariantCulture);
        }

        if (body["iss"] is JsonValue issuer)
        {
            body["iss"] = Local(issuer.GetValue<string>());
        }

        head["kid"] ??= Signing.KeyId;
        var input = $"{TokenBuilder.Encode(head.ToJsonString())}.{TokenBuilder.Encode(body.ToJsonString())}";
        // The signature is always RS256: another algorithm in the header is rejected before it matters.
        return $"{input}.{Base64Url.EncodeToString((withAnotherKey ? Other : Signing).Sign("RS256", Encoding.ASCII.GetBytes(input)))}";
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var path = _server.Address + context.Request.Path;
        if (path == Local(_fixture.KeysAt))
        {
            return context.Response.WriteAsync(
                new JsonObject { ["keys"] = new JsonArray([.. _fixture.Keys.Select(Publish)]) }.ToJsonString());
        }

        if (_fixture.Metadata is { } metadata && path == $"{Local(metadata.Issuer).TrimEnd('/')}/.well-known/openid-configuration")
        {
            return context.Response.WriteAsync(
                new JsonObject { ["issuer"] = Local(metadata.Issuer), ["jwks_uri"] = Local(metadata.JwksUri) }.ToJsonString());
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>The first key is the one that signs; further ones are there as providers publish them.</summary>
    private JsonNode Publish(JsonObject shape, int index)
    {
        var jwk = (index == 0 ? Signing : Other).ToJwk();
        jwk.Remove("use");
        foreach (var (name, value) in shape)
        {
            jwk[name] = name == "x5c"
                ? new JsonArray(index == 0 ? Certificate : Convert.ToBase64String(Other.ToCertificate()))
                : value?.DeepClone();
        }

        if (index > 0)
        {
            jwk["kid"] = $"key-{index}";
        }

        return jwk;
    }
}
