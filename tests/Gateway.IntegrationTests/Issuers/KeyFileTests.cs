using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>Keys and secrets in files are followed within ten seconds, also through the links that Kubernetes swaps.</summary>
public sealed class KeyFileTests : IAsyncLifetime
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(10);

    private readonly SigningKey _old = SigningKey.Rsa("rsa-1");
    private readonly SigningKey _next = SigningKey.Rsa("rsa-2");
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        _old.Dispose();
        _next.Dispose();
    }

    [Fact]
    public async Task Key_set_is_read_again_when_its_file_changes()
    {
        await using var gateway = await StartAsync("""{ "JwksFile": "keys.json" }""", "RS256", "keys.json", KeySet(_old));
        await ShouldAnswerAsync(gateway, Token(_old), 200);

        await File.WriteAllTextAsync(Beside(gateway, "keys.json"), KeySet(_next));

        await ShouldTurnAsync(gateway, Token(_next), 200);
        await ShouldAnswerAsync(gateway, Token(_old), 401);
    }

    [Fact]
    public async Task Key_set_is_followed_through_the_links_that_kubernetes_swaps()
    {
        await using var gateway = await StartAsync("""{ "JwksFile": "mount/keys.json" }""", "RS256", "mount/keys.json", KeySet(_old));
        var mount = Beside(gateway, "mount");
        File.Delete(Path.Combine(mount, "keys.json"));
        await ProjectAsync(mount, "..2026_01", KeySet(_old));
        File.CreateSymbolicLink(Path.Combine(mount, "keys.json"), "..data/keys.json");
        await ShouldAnswerAsync(gateway, Token(_old), 200);

        await ProjectAsync(mount, "..2026_02", KeySet(_next));
        Directory.Delete(Path.Combine(mount, "..2026_01"), recursive: true);

        await ShouldTurnAsync(gateway, Token(_next), 200);
        await ShouldAnswerAsync(gateway, Token(_old), 401);
    }

    [Fact]
    public async Task Half_written_key_set_costs_no_request_and_is_read_when_it_is_whole()
    {
        await using var gateway = await StartAsync("""{ "JwksFile": "keys.json" }""", "RS256", "keys.json", KeySet(_old));
        var file = Beside(gateway, "keys.json");

        await File.WriteAllTextAsync(file, KeySet(_next)[..100]);
        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains("cannot load keys", StringComparison.Ordinal)), "the half is seen");
        await ShouldAnswerAsync(gateway, Token(_old), 200);
        await File.WriteAllTextAsync(file, KeySet(_next));

        await ShouldTurnAsync(gateway, Token(_next), 200);
    }

    [Fact]
    public async Task Two_secrets_verify_while_one_replaces_the_other()
    {
        using var old = Secret("the old secret, of 32 bytes or more");
        using var next = Secret("the next secret, of 32 bytes or more");
        await using var gateway =
            await StartAsync("""{ "SecretFile": "secret" }""", "HS256", "secret", "the old secret, of 32 bytes or more\n");
        await ShouldAnswerAsync(gateway, Token(old, "HS256"), 200);
        await ShouldAnswerAsync(gateway, Token(next, "HS256"), 401);

        await File.WriteAllTextAsync(
            Beside(gateway, "secret"), "the next secret, of 32 bytes or more\nthe old secret, of 32 bytes or more\n");
        await ShouldTurnAsync(gateway, Token(next, "HS256"), 200);
        await ShouldAnswerAsync(gateway, Token(old, "HS256"), 200);

        await File.WriteAllTextAsync(Beside(gateway, "secret"), "the next secret, of 32 bytes or more\n");
        await ShouldTurnAsync(gateway, Token(old, "HS256"), 401);
        await ShouldAnswerAsync(gateway, Token(next, "HS256"), 200);
    }

    [Fact]
    public async Task Secret_beside_a_broken_configuration_is_followed_and_lets_nothing_else_in()
    {
        using var old = Secret("the old secret, of 32 bytes or more");
        using var next = Secret("the next secret, of 32 bytes or more");
        await using var gateway =
            await StartAsync("""{ "SecretFile": "secret" }""", "HS256", "secret", "the old secret, of 32 bytes or more\n");
        var good = await File.ReadAllTextAsync(gateway.ConfigFile);

        // It would open the route, were it not for the typo.
        await File.WriteAllTextAsync(
            gateway.ConfigFile,
            good.Replace(
                "\"Authenticated\"", "\"Anonymous\"",
                StringComparison.Ordinal).Replace("\"Policies\"", "\"Polices\"", StringComparison.Ordinal));
        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains("configuration is rejected", StringComparison.Ordinal)),
            "the broken file is seen");
        await File.WriteAllTextAsync(Beside(gateway, "secret"), "the next secret, of 32 bytes or more\n");

        await ShouldTurnAsync(gateway, Token(next, "HS256"), 200);
        await ShouldAnswerAsync(gateway, Token(old, "HS256"), 401);
        using var open = await gateway.GetAsync("/private/a");
        ((int)open.StatusCode).ShouldBe(401);
    }

    private static SigningKey Secret(string text) => SigningKey.Secret(Encoding.ASCII.GetBytes(text));

    private static string KeySet(SigningKey key) => new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString();

    private static string Token(SigningKey key, string algorithm = "RS256") =>
        new TokenBuilder(key, "https://idp.test", null, algorithm).Build();

    private static string Beside(TestGateway gateway, string name) => Path.Combine(Path.GetDirectoryName(gateway.ConfigFile)!, name);

    /// <summary>Kubernetes writes a new folder and renames a link over <c>..data</c>.</summary>
    private static async Task ProjectAsync(string mount, string folder, string keys)
    {
        Directory.CreateDirectory(Path.Combine(mount, folder));
        File.WriteAllText(Path.Combine(mount, folder, "keys.json"), keys);
        var link = Path.Combine(mount, "..data_tmp");
        File.CreateSymbolicLink(link, folder);
        // .NET looks through a link to a folder before it moves it; rename(2) does not.
        (await Script.RunAsync("mv", ["-T", link, Path.Combine(mount, "..data")])).ExitCode.ShouldBe(0);
    }

    private Task<TestGateway> StartAsync(string keys, string algorithm, string file, string content) => TestGateway.StartAsync(
        TestGateway.Configuration(_destination)
            .With("Gateway:Issuers:shop", """{ "Issuer": "https://idp.test", "Audiences": ["shop-api"] }""")
            .With("Gateway:Issuers:shop:Keys", keys)
            .With("Gateway:Issuers:shop:Algorithms", $"""["{algorithm}"]"""),
        files: new Dictionary<string, string> { [file] = content });

    private static async Task ShouldTurnAsync(TestGateway gateway, string token, int status)
    {
        var start = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(
            async () => await StatusAsync(gateway, token) == status, $"the file is read and the token gets {status}");
        TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(Promise);
    }

    private static async Task ShouldAnswerAsync(TestGateway gateway, string token, int status) =>
        (await StatusAsync(gateway, token)).ShouldBe(status);

    private static async Task<int> StatusAsync(TestGateway gateway, string token)
    {
        using var answer = await gateway.GetAsync("/private/a", token);
        return (int)answer.StatusCode;
    }
}
