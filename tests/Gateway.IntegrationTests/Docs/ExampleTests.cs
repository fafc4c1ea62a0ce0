using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Helm;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Docs;

/// <summary>The files of docs/examples, as far as they can be checked without Docker and a cluster.</summary>
public sealed class ExampleTests
{
    private static readonly string Folder = Path.Combine(Script.Root, "docs", "examples");
    private static readonly string Compose = Path.Combine(Folder, "compose");
    private static readonly string Kubernetes = Path.Combine(Folder, "kubernetes");

    [Fact]
    public async Task Walk_through_installs_a_gateway_whose_configuration_passes_the_check()
    {
        var chart = await WalkThroughAsync();
        await using var pod = new ChartPod(chart, new Dictionary<string, string> { ["/etc/gateway-secrets/redis/password"] = "secret" });

        var result = await pod.CheckAsync();

        result.ExitCode.ShouldBe(0, result.Errors);
        ((int?)chart.Workload["spec"]!["replicas"]).ShouldBe(2);
    }

    [Fact]
    public async Task Manifests_of_the_walk_through_have_only_known_fields()
    {
        var objects = (await WalkThroughAsync()).Objects.Concat(Manifests()).ToArray();

        (await ManifestSchema.ErrorsAsync(objects)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Issuer_and_destination_of_the_walk_through_are_services_of_its_manifests()
    {
        var services = Manifests().Where(each => each.Kind() == "Service")
            .Select(each => $"{each.Name()}:{each["spec"]!["ports"]![0]!["port"]}").ToArray();
        var yarp = JsonNode.Parse((string)(await WalkThroughAsync()).Single("ConfigMap", "gateway")["data"]!["yarp.json"]!)!;

        AuthorityOf(yarp["Gateway"]!["Issuers"]!["shop"]!["Issuer"]).ShouldBeOneOf(services);
        AuthorityOf(yarp["ReverseProxy"]!["Clusters"]!["echo"]!["Destinations"]!["one"]!["Address"]).ShouldBeOneOf(services);
    }

    [Fact]
    public async Task Compose_file_matches_the_schema_of_the_specification()
    {
        var result = await ValidateAsync(ComposeFile());

        result.ShouldBeEmpty();
    }

    [Fact]
    public async Task Misspelt_key_of_a_compose_file_is_found()
    {
        var file = ComposeFile();
        file["services"]!["gateway"]!["read_olny"] = true;

        (await ValidateAsync(file)).ShouldHaveSingleItem().ShouldContain("/services/gateway");
    }

    [Fact]
    public void Compose_file_mounts_files_that_exist_and_the_gateway_names_its_services()
    {
        var services = ComposeFile()["services"]!.AsObject();
        var mounted = services.SelectMany(service => service.Value!["volumes"]?.AsArray() ?? [])
            .Select(volume => ((string)volume!).Split(':')[0]).Where(path => path[0] == '.');
        var yarp = JsonNode.Parse(File.ReadAllText(Path.Combine(Compose, "yarp.json")))!;
        string[] named =
        [
            AuthorityOf(yarp["Gateway"]!["Issuers"]!["shop"]!["Issuer"]),
            AuthorityOf(yarp["ReverseProxy"]!["Clusters"]!["echo"]!["Destinations"]!["one"]!["Address"]),
            (string)yarp["Gateway"]!["Revocation"]!["Redis"]!["Connection"]!,
        ];

        mounted.Where(path => !File.Exists(Path.Combine(Compose, path))).ShouldBeEmpty();
        named.Select(host => host.Split(':')[0]).ShouldBeSubsetOf(services.Select(service => service.Key));
        File.Exists(Path.Combine(Compose, (string)services["gateway"]!["build"]!["context"]!, "Dockerfile")).ShouldBeTrue();
    }

    [Fact]
    public async Task Configuration_of_the_compose_example_passes_the_check()
    {
        var result = await Script.RunAsync("env",
        [
            $"Gateway__Revocation__Redis__PasswordFile={Path.Combine(Compose, "redis-password")}",
            "dotnet", Path.Combine(AppContext.BaseDirectory, "Gateway.dll"), "check", Path.Combine(Compose, "yarp.json"),
        ]);

        result.ExitCode.ShouldBe(0, result.Errors);
    }

    /// <summary>The audience in the tokens is the one that the gateways accept.</summary>
    [Fact]
    public void Realm_issues_tokens_for_the_audience_of_the_examples()
    {
        var realm = JsonNode.Parse(File.ReadAllText(Path.Combine(Compose, "realm.json")))!;
        var yarp = JsonNode.Parse(File.ReadAllText(Path.Combine(Compose, "yarp.json")))!;

        var audience = (string?)realm["clients"]![0]!["protocolMappers"]![0]!["config"]!["included.custom.audience"];
        var issuer = yarp["Gateway"]!["Issuers"]!["shop"]!;

        issuer["Audiences"]!.AsArray().Select(each => (string?)each).ShouldContain(audience);
        ((string)issuer["Issuer"]!).ShouldEndWith($"/realms/{realm["realm"]}");
    }

    private static Task<RenderedChart> WalkThroughAsync() =>
        HelmChart.RenderAsAsync("gateway", "--values", Path.Combine(Kubernetes, "values.yaml"));

    private static IEnumerable<JsonObject> Manifests() =>
        Directory.GetFiles(Kubernetes).Where(file => !file.EndsWith("values.yaml", StringComparison.Ordinal))
            .SelectMany(file => Yaml.ReadAll(File.ReadAllText(file)));

    private static JsonObject ComposeFile() => Yaml.Read(File.ReadAllText(Path.Combine(Compose, "compose.yaml")));

    private static async Task<IReadOnlyList<string>> ValidateAsync(JsonObject file)
    {
        var result = await Script.RunAsync("node", [Path.Combine(Script.Interop, "validate-compose.mjs")], file.ToJsonString());
        result.ExitCode.ShouldBe(0, result.Errors);
        return [.. JsonNode.Parse(result.Output)!["errors"]!.AsArray().Select(error => (string)error!)];
    }

    private static string AuthorityOf(JsonNode? address)
    {
        var uri = new Uri((string)address!);
        return $"{uri.Host}:{uri.Port}";
    }
}
