using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Identity;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Docs;

/// <summary>
/// The destinations of docs/examples behind the gateway: they know the caller, and those that verify the assertion reject everything else.
/// </summary>
public sealed class DestinationExampleTests
{
    private const string Python = "/usr/bin/python3";

    private static readonly string Folder = Path.Combine(Script.Root, "docs", "examples");

    [Theory]
    [InlineData("aspnetcore", "ES256")]
    [InlineData("express", "ES256")]
    [InlineData("express", "EdDSA")]
    [InlineData("fastapi", "ES256")]
    [InlineData("fastapi", "EdDSA")]
    [InlineData("flask", "ES256")]
    public async Task Destination_knows_the_caller_and_rejects_what_the_gateway_has_not_signed_for_it(string example, string algorithm)
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var recorder = await RecordingDestination.StartAsync();
        using var key = algorithm == "ES256" ? SigningKey.Ec() : SigningKey.Ed25519();
        var port = RedisServer.FreePort();
        var address = $"http://127.0.0.1:{port}";
        var configuration = AssertionGateway.Configure(TestGateway.Configuration(issuer, recorder), recorder.Address)
            .WithCluster("orders", address)
            .WithRoute("orders", "Authenticated", """{ "ClusterId": "orders" }""")
            .WithRoute("open", "Anonymous", """{ "ClusterId": "orders" }""");
        await using var gateway = await TestGateway.StartAsync(
            configuration, files: new Dictionary<string, string> { ["assertion.jwks"] = SigningKey.PrivateSet(key) });
        using var folder = new NodeFolder();
        await using var destination = Start(example, port, gateway.Address + AssertionGateway.Jwks, folder);
        try
        {
            using var direct = new HttpClient { BaseAddress = new Uri(address) };
            await Eventually.TrueAsync(() => AnswersAsync(direct), $"{example} answers");
            var token = issuer.Token().With("sub", "jörg").With("roles", new JsonArray("ops", "a,b")).Build();

            using var response = await gateway.GetAsync("/orders/a", token);

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            var caller = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            JsonNode.DeepEquals(
                caller,
                JsonNode.Parse(
                    """{ "subject": "jörg", "scopes": ["orders:read"], "roles": ["ops", "a,b"] }""")).ShouldBeTrue(caller.ToJsonString());

            // Without a caller there is no identity.
            (await StatusAsync(gateway.Client, "/open/a", null)).ShouldBe(401);
            if (example == "flask")
            {
                return;
            }

            // The assertion for another cluster, one with a changed signature, and the client's own token, around the gateway.
            using var other = await gateway.GetAsync("/private/a", token);
            var foreign = recorder.Last.Header(AssertionGateway.Header)!;
            (await StatusAsync(direct, "/orders/a", foreign)).ShouldBe(401);
            (await StatusAsync(direct, "/orders/a", foreign[..^4] + "AAAA")).ShouldBe(401);
            (await StatusAsync(direct, "/orders/a", token)).ShouldBe(401);
            (await StatusAsync(direct, "/orders/a", null)).ShouldBe(401);
        }
        finally
        {
            destination.Kill();
        }
    }

    private static Script Start(string example, int port, string jwks, NodeFolder folder)
    {
        string[] command = example switch
        {
            "aspnetcore" => ["dotnet", Path.Combine(AppContext.BaseDirectory, "Orders.dll"), "--urls", $"http://127.0.0.1:{port}"],
            "fastapi" => [Python, "-m", "uvicorn", "main:app", "--app-dir", Path.Combine(Folder, example), "--port", $"{port}"],
            "flask" => [Python, "-m", "flask", "--app", Path.Combine(Folder, example, "app.py"), "run", "--port", $"{port}"],
            _ => ["node", folder.Take(Path.Combine(Folder, example, "server.mjs"))],
        };
        return Script.Start(
            "/usr/bin/env",
            [
                "PYTHONDONTWRITEBYTECODE=1", $"PORT={port}", $"ASSERTION_JWKS={jwks}", "ASSERTION_ISSUER=https://api.example.com",
                "ASSERTION_AUDIENCE=orders",
                $"Assertion__Jwks={jwks}", "Assertion__Issuer=https://api.example.com", "Assertion__Audience=orders", .. command,
            ]);
    }

    private static async Task<int> StatusAsync(HttpClient client, string path, string? assertion)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (assertion is not null)
        {
            request.Headers.TryAddWithoutValidation(AssertionGateway.Header, assertion);
        }

        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static async Task<bool> AnswersAsync(HttpClient client)
    {
        try
        {
            using var response = await client.GetAsync("/orders/a");
            return response.StatusCode == HttpStatusCode.Unauthorized;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>A folder from which a script finds the packages that the interop scripts use: a script finds those beside itself.</summary>
    private sealed class NodeFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-");

        public string Take(string script)
        {
            Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "node_modules"), Path.Combine(Script.Interop, "node_modules"));
            var copy = Path.Combine(_folder.FullName, Path.GetFileName(script));
            File.Copy(script, copy);
            return copy;
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
