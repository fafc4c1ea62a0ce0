using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>Tokens that other people's libraries signed, through the whole gateway.</summary>
public sealed class OtherLibrariesTests
{
    private static readonly string[] Libraries = ["pyjwt", "python-jose", "authlib", "jose", "jsonwebtoken", "fast-jwt"];

    private static readonly string[] Published = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private static readonly string[] Secret = ["HS256", "HS384", "HS512"];

    public static TheoryData<string> AllLibraries => [.. Libraries];

    [Theory]
    [MemberData(nameof(AllLibraries))]
    public async Task Tokens_of_a_library_are_accepted_in_every_published_key_algorithm_and_rejected_with_one_bit_flipped(string library)
    {
        var made = await LibraryTokens.OfAsync(library);
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await StartAsync(
            destination, new JsonObject { ["JwksFile"] = "keys.json" }, Published,
            new Dictionary<string, string> { ["keys.json"] = made.Jwks });

        var algorithms = Published.Where(algorithm => made.TokenOf(algorithm) is not null).ToArray();

        // python-jose alone has no RSASSA-PSS.
        algorithms.ShouldBe(library == "python-jose"
            ? [.. Published.Where(name => !name.StartsWith("PS", StringComparison.Ordinal))]
            : Published);
        foreach (var algorithm in algorithms)
        {
            await AssertAcceptedButNotWithAFlippedBitAsync(gateway, destination, made.TokenOf(algorithm)!, $"{library} {algorithm}");
        }
    }

    // jsonwebtoken and python-jose have no Ed25519; jose alone knows the name of RFC 9864.
    [Theory]
    [InlineData("pyjwt", "EdDSA")]
    [InlineData("authlib", "EdDSA")]
    [InlineData("jose", "EdDSA")]
    [InlineData("jose", "Ed25519")]
    [InlineData("fast-jwt", "EdDSA")]
    public async Task Tokens_of_a_library_are_accepted_with_ed25519_and_rejected_with_one_bit_flipped(string library, string algorithm)
    {
        var made = await LibraryTokens.OfAsync(library);
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await StartAsync(
            destination, new JsonObject { ["JwksFile"] = "keys.json" }, ["EdDSA"],
            new Dictionary<string, string> { ["keys.json"] = made.Jwks });

        await AssertAcceptedButNotWithAFlippedBitAsync(gateway, destination, made.TokenOf(algorithm)!, $"{library} {algorithm}");
    }

    [Theory]
    [MemberData(nameof(AllLibraries))]
    public async Task Tokens_of_a_library_are_accepted_in_every_secret_algorithm_and_rejected_with_one_bit_flipped(string library)
    {
        var made = await LibraryTokens.OfAsync(library);
        await using var destination = await RecordingDestination.StartAsync();
        foreach (var algorithm in Secret)
        {
            await using var gateway = await StartAsync(
                destination,
                new JsonObject { ["SecretFile"] = "secret" },
                [algorithm],
                new Dictionary<string, string> { ["secret"] = made.SecretOf(algorithm) + "\n" });

            await AssertAcceptedButNotWithAFlippedBitAsync(gateway, destination, made.TokenOf(algorithm)!, $"{library} {algorithm}");
        }
    }

    private static Task<TestGateway> StartAsync(
        RecordingDestination destination, JsonObject keys, string[] algorithms, Dictionary<string, string> files)
    {
        var configuration = TestGateway.Configuration(destination);
        configuration["Gateway"]!["Issuers"] = new JsonObject
        {
            ["library"] = new JsonObject
            {
                ["Issuer"] = LibraryTokens.Issuer,
                ["Audiences"] = new JsonArray("shop-api"),
                ["Keys"] = keys,
                ["Algorithms"] = new JsonArray([.. algorithms.Select(name => JsonValue.Create(name))]),
            },
        };
        return TestGateway.StartAsync(configuration, files: files);
    }

    private static async Task AssertAcceptedButNotWithAFlippedBitAsync(
        TestGateway gateway, RecordingDestination destination, string token, string what)
    {
        using var accepted = await gateway.GetAsync("/private/x", token);
        accepted.StatusCode.ShouldBe(HttpStatusCode.OK, what);
        destination.Last.Header("X-Auth-Subject").ShouldBe("alice", what);
        destination.Forget();

        var start = 0;
        foreach (var segment in token.Split('.'))
        {
            // First, middle and last character of the segment: the last one holds the spare bits.
            foreach (var index in new[] { start, start + (segment.Length / 2), start + segment.Length - 1 })
            {
                using var rejected = await gateway.GetAsync("/private/x", FlipBit(token, index));
                rejected.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{what}, character {index}");
            }

            start += segment.Length + 1;
        }

        destination.Received.ShouldBeEmpty(what);
    }

    /// <summary>Flips the lowest bit that the base64url character stands for.</summary>
    private static string FlipBit(string token, int index)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var flipped = alphabet[alphabet.IndexOf(token[index], StringComparison.Ordinal) ^ 1];
        return $"{token[..index]}{flipped}{token[(index + 1)..]}";
    }
}
