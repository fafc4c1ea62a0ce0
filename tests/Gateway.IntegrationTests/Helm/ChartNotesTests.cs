namespace Gateway.IntegrationTests.Helm;

/// <summary>What helm says after an installation: the next commands, and what is legal but risky.</summary>
public sealed class ChartNotesTests
{
    /// <summary>Values in JSON, and the beginning of the warning.</summary>
    public static TheoryData<string, string> Risks => new()
    {
        { "secrets.files={\"a\":\"b\"}", "WARNING: secrets.files: Helm keeps their content with the release." },
        { "config.reload=\"rollout\"", "WARNING: config.existingConfigMap with config.reload rollout: the chart does not see a change of it." },
        { "replicaCount=2", "WARNING: No Redis: unless yarp.json names it, every pod has a revocation list of its own" },
        { "bundledRedis={\"enabled\":true,\"existingSecret\":\"x\"}", "WARNING: bundledRedis.enabled: one Redis for trials" },
        { "replicaCount=1", "WARNING: replicaCount 1: the gateway is away while its pod moves." },
        { "resources.limits=null", "WARNING: resources.limits.memory is not set" },
        { "networkPolicy={\"enabled\":true,\"management\":{\"from\":[]}}", "WARNING: networkPolicy.management.from is empty" },
        { "image.registry=\"\"", "WARNING: image.registry is not set: nodes that do not have gateway:0.1.0 ask Docker Hub for it." },
        { "image.tag=\"1\"", "WARNING: image.digest is not set:" },
        { "hostNetwork=true,updateStrategy.rollingUpdate={\"maxSurge\":0,\"maxUnavailable\":1}", "WARNING: hostNetwork: the management port 8081 is open on every node." },
        { "kind=\"DaemonSet\"", "WARNING: No Redis: unless yarp.json names it, every pod has a revocation list of its own" },
        { "service.type=\"LoadBalancer\"", "WARNING: service.type LoadBalancer without tls.enabled: tokens travel in the clear" },
        {
            "service.type=\"LoadBalancer\",tls={\"enabled\":true,\"existingSecret\":\"x\"},grpc.enabled=true",
            "WARNING: service.type LoadBalancer with grpc.enabled: on port 8082 tokens travel in the clear."
        },
    };

    [Theory]
    [MemberData(nameof(Risks))]
    public async Task Risk_is_told_after_the_installation(string values, string warning) =>
        (await NotesAsync("--set-json", "config.existingConfigMap=\"yarp\"", "--set-json", values)).ShouldContain(warning);

    [Fact]
    public async Task Production_example_has_no_warnings_and_names_the_next_commands()
    {
        var notes = await NotesAsync("--values", HelmChart.ValuesOf("production"));

        notes.ShouldNotContain("WARNING");
        notes.ShouldContain("kubectl -n edge rollout status deployment/shop-gateway");
        notes.ShouldContain("helm -n edge test shop");
        notes.ShouldContain("kubectl -n edge port-forward service/shop-gateway 8080:80 &\n  curl -i http://localhost:8080/\n");
        notes.ShouldContain("kubectl -n edge port-forward deployment/shop-gateway 8081:8081 &\n");
        notes.ShouldContain("http://localhost:8081/admin exists if yarp.json names Gateway:Management:Policy");
    }

    [Theory]
    [InlineData("image.repository=registry.example.com/edge/gateway")]
    [InlineData("image.registry=registry.example.com")]
    public async Task Image_with_a_registry_gets_no_warning_of_it(string values) =>
        (await NotesAsync("--set", "config.existingConfigMap=yarp", "--set", values)).ShouldNotContain("image.registry is not set");

    [Fact]
    public async Task Commands_of_the_notes_name_the_daemon_set_and_the_namespace_of_the_objects()
    {
        var notes = await NotesAsync("--values", HelmChart.ValuesOf("daemonset"), "--set", "namespaceOverride=other");

        notes.ShouldContain("kubectl -n other rollout status daemonset/shop-gateway");
        notes.ShouldContain("kubectl -n other port-forward daemonset/shop-gateway 8081:8081 &");
        // Helm looks for the release in its own namespace.
        notes.ShouldContain("helm -n edge test shop");
    }

    private static async Task<string> NotesAsync(params string[] arguments)
    {
        var result = await HelmChart.RunAsync(
            ["install", HelmChart.Release, HelmChart.Folder, "--namespace", HelmChart.Namespace, "--dry-run=client", .. arguments]);
        result.ExitCode.ShouldBe(0, result.Errors);
        return result.Output[result.Output.IndexOf("NOTES:", StringComparison.Ordinal)..];
    }
}
