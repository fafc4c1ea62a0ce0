using System.Net;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Image;

/// <summary>The image by its parts: its build runs, and what it builds serves as user 1654 with all files read-only.</summary>
[Collection(nameof(ImageTests))]
[CollectionDefinition(nameof(ImageTests), DisableParallelization = true)]
public sealed partial class ImageTests(ImageLayout image) : IClassFixture<ImageLayout>
{
    [Fact]
    public async Task Linter_finds_nothing()
    {
        var result = await Script.RunAsync(
            "node", [Path.Combine(Script.Interop, "node_modules", "dockerfilelint", "bin", "dockerfilelint"), "-o", "json", "Dockerfile"]);

        // Base images are arguments with the tag in them, which this linter does not look into.
        var issues =
            JsonNode.Parse(result.Output)!["files"]![0]!["issues"]!.AsArray().Select(issue => $"{issue!["content"]}: {issue["title"]}");
        issues.ShouldBe(
            ["FROM --platform=$BUILDPLATFORM $SDK_IMAGE AS build: Base Image Missing Tag", "FROM $RUNTIME_IMAGE: Base Image Missing Tag"]);
    }

    [Fact]
    public void Program_is_compiled_ahead_and_nothing_is_there_that_does_not_run()
    {
        using var program = new PEReader(File.OpenRead(Path.Combine(image.App, "Gateway.dll")));

        program.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size.ShouldBeGreaterThan(0);
        Directory.GetFiles(image.App).Select(Path.GetExtension).Distinct().ShouldBeSubsetOf([".dll", ".so", ".json", ""]);
        Directory.GetFiles(image.App).Where(file => Path.GetExtension(file).Length == 0).Select(Path.GetFileName).ShouldBe(["gateway"]);
        File.Exists(Path.Combine(image.App, "yarp.json")).ShouldBeFalse("the sandbox's configuration is no default for production");
    }

    [Fact]
    public void Bill_of_materials_names_every_package_of_the_program()
    {
        var materials = JsonNode.Parse(File.ReadAllText(Path.Combine(image.App, "sbom.cdx.json")))!;
        var libraries = JsonNode.Parse(File.ReadAllText(Path.Combine(image.App, "Gateway.deps.json")))!["libraries"]!.AsObject();

        var packages = libraries.Where(library => (string?)library.Value!["type"] == "package")
            .Select(library => $"pkg:nuget/{library.Key.Replace('/', '@')}")
            .ToArray();

        ((string?)materials["specVersion"]).ShouldBe("1.6");
        packages.Length.ShouldBeGreaterThan(5);
        packages.ShouldBeSubsetOf(materials["components"]!.AsArray().Select(component => (string)component!["purl"]!));
    }

    [Fact]
    public async Task Image_serves_as_an_unprivileged_user_with_all_files_read_only()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        image.Configure(TestGateway.Configuration(issuer, destination).ToJsonString());
        var (port, management) = (RedisServer.FreePort(), RedisServer.FreePort());
        await using var gateway = image.Start(
            "DOTNET_ENVIRONMENT=Development", $"ASPNETCORE_URLS=http://127.0.0.1:{port}", $"Gateway__Management__Port={management}");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        await Eventually.TrueAsync(
            async () => await StatusAsync(client, $"http://127.0.0.1:{management}/readyz") == HttpStatusCode.OK, "the image is ready");

        (await StatusAsync(client, $"http://127.0.0.1:{management}/livez")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(client, "/private/orders")).ShouldBe(HttpStatusCode.Unauthorized);
        using var request = TestGateway.Request(HttpMethod.Get, "/private/orders", issuer.Token().Build());
        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        var user = Uids().Match(await File.ReadAllTextAsync($"/proc/{gateway.ProcessId}/status")).Groups[1].Value;
        (Environment.IsPrivilegedProcess ? user : "1654").ShouldBe("1654");
        gateway.Kill();
    }

    /// <summary>As <c>kubectl exec deploy/gateway -- gateway ...</c> finds it.</summary>
    [Fact]
    public async Task Command_is_on_the_path_of_the_image()
    {
        image.Dockerfile.Only("ENV").ShouldContain("PATH=/app:$PATH");

        var result = await Script.RunAsync(
            "env", ["GATEWAY_CONFIG=/etc/gateway/none.json", Path.Combine(image.App, "gateway"), "revoke", "sub", "alice"]);

        result.ExitCode.ShouldBe(1, result.Output);
        result.Errors.ShouldContain("/etc/gateway/none.json: cannot be read: the file does not exist.");
    }

    [Fact]
    public void Image_has_a_numeric_user_ports_and_labels()
    {
        image.Dockerfile.Only("USER").ShouldBe("1654:1654");
        image.Dockerfile.Only("EXPOSE").ShouldBe("8080 8081");
        foreach (var label in new[] { "title", "description", "licenses", "version", "revision", "source" })
        {
            image.Dockerfile.Only("LABEL").ShouldContain($"org.opencontainers.image.{label}=");
        }
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient client, string address)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(address, UriKind.RelativeOrAbsolute));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^Uid:\t(\d+)", RegexOptions.Multiline)]
    private static partial Regex Uids();
}
