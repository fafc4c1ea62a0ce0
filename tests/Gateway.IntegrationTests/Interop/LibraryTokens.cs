using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>One token of a library in each algorithm it knows, with the keys to verify them.</summary>
internal sealed class LibraryTokens
{
    public const string Issuer = "https://idp.interop.test";

    private static readonly ConcurrentDictionary<string, Lazy<Task<LibraryTokens>>> Made = new();

    private readonly JsonObject _document;

    private LibraryTokens(JsonObject document) => _document = document;

    public string Jwks => _document["jwks"]!.ToJsonString();

    public string SecretOf(string algorithm) => _document["secrets"]![algorithm]!.GetValue<string>();

    public string? TokenOf(string algorithm) => _document["tokens"]!.AsArray()
        .FirstOrDefault(token => token!["alg"]!.GetValue<string>() == algorithm)?["token"]!.GetValue<string>();

    /// <summary>Made once for each library and test run.</summary>
    public static Task<LibraryTokens> OfAsync(string library) => Made.GetOrAdd(library, name => new(() => MakeAsync(name))).Value;

    private static async Task<LibraryTokens> MakeAsync(string library)
    {
        string[] command = library is "pyjwt" or "python-jose" or "authlib"
            ? ["/usr/bin/python3", Path.Combine(Script.Interop, "make_tokens.py")]
            : ["node", Path.Combine(Script.Interop, "make-tokens.mjs")];
        var request = new JsonObject
        {
            ["issuer"] = Issuer,
            ["audience"] = "shop-api",
            ["subject"] = "alice",
            ["clientId"] = "shop-web",
            ["scope"] = "orders:read",
            ["lifetimeSeconds"] = 600,
        };
        var result = await Script.RunAsync(command[0], [command[1], library], request.ToJsonString());
        result.ExitCode.ShouldBe(0, result.Errors);
        return new LibraryTokens(JsonNode.Parse(result.Output)!.AsObject());
    }
}
