using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Helm;

/// <summary>The kinds of workload, and the values that change the shape of the pod.</summary>
public sealed class ChartWorkloadTests
{
    private static readonly string[] Own = ["--set", "config.existingConfigMap=yarp"];

    [Fact]
    public async Task Daemon_set_has_no_fields_and_objects_that_count_pods()
    {
        var chart = await HelmChart.RenderAsync("daemonset");

        var spec = chart.Workload["spec"]!.AsObject();
        chart.Workload.Kind().ShouldBe("DaemonSet");
        spec.Select(pair => pair.Key).ShouldBe(["revisionHistoryLimit", "minReadySeconds", "updateStrategy", "selector", "template"]);
        chart.Pod["topologySpreadConstraints"].ShouldBeNull();
        chart.Objects.Select(each => each.Kind()).ShouldNotContain("PodDisruptionBudget");
    }

    [Fact]
    public async Task Host_network_resolves_names_of_the_cluster_unless_told_otherwise()
    {
        string[] host = [.. Own, "--set-json", "hostNetwork=true,updateStrategy.rollingUpdate={\"maxSurge\":0,\"maxUnavailable\":1}"];

        var chart = await HelmChart.RenderAsync(host);
        var other = await HelmChart.RenderAsync([.. host, "--set", "dnsPolicy=Default"]);

        ((bool)chart.Pod["hostNetwork"]!).ShouldBeTrue();
        ((string?)chart.Pod["dnsPolicy"]).ShouldBe("ClusterFirstWithHostNet");
        ((string?)other.Pod["dnsPolicy"]).ShouldBe("Default");
        (await HelmChart.RenderAsync(Own)).Pod["hostNetwork"].ShouldBeNull();
    }

    [Theory]
    [InlineData(
        "lifecycle={\"postStart\":{\"sleep\":{\"seconds\":1}}}",
        "{\"postStart\":{\"sleep\":{\"seconds\":1}},\"preStop\":{\"sleep\":{\"seconds\":5}}}")]
    [InlineData("lifecycle={\"preStop\":{\"sleep\":{\"seconds\":9}}}", "{\"preStop\":{\"sleep\":{\"seconds\":9}}}")]
    [InlineData("preStopSeconds=0", null)]
    [InlineData("preStopSeconds=7", "{\"preStop\":{\"sleep\":{\"seconds\":7}}}")]
    public async Task Hooks_of_the_values_keep_the_wait_before_the_end_unless_they_replace_it(string values, string? lifecycle)
    {
        var chart = await HelmChart.RenderAsync([.. Own, "--set-json", values]);

        JsonNode.DeepEquals(
            chart.Container["lifecycle"],
            lifecycle is null ? null : JsonNode.Parse(lifecycle)).ShouldBeTrue(chart.Container["lifecycle"]?.ToJsonString());
    }

    [Theory]
    [InlineData("production")]
    [InlineData("ingress")]
    [InlineData("gateway-api")]
    [InlineData("keda")]
    [InlineData("live-reload")]
    public async Task Namespace_of_the_values_is_that_of_every_object(string example)
    {
        var chart = await HelmChart.RenderAsync("--values", HelmChart.ValuesOf(example), "--set", "namespaceOverride=other");

        chart.Objects.Select(each => (string?)each["metadata"]!["namespace"]).ShouldAllBe(name => name == "other");
        chart.Text.ShouldNotContain("k8s.namespace.name=edge");
    }

    [Theory]
    [InlineData("autoscaling.enabled=true")]
    [InlineData("keda={\"enabled\":true,\"triggers\":[{\"type\":\"cpu\",\"metadata\":{\"value\":\"70\"}}]}")]
    public async Task Deployment_leaves_the_number_of_pods_to_what_scales_it(string values)
    {
        var chart = await HelmChart.RenderAsync([.. Own, "--set-json", values]);

        chart.Workload["spec"]!["replicas"].ShouldBeNull();
        var scaler = chart.Objects.Where(each => each.Kind() is "HorizontalPodAutoscaler" or "ScaledObject").ShouldHaveSingleItem();
        ((string?)scaler["spec"]!["scaleTargetRef"]!["name"]).ShouldBe(chart.Workload.Name());
        ((string?)scaler["spec"]!["scaleTargetRef"]!["kind"]).ShouldBe(chart.Workload.Kind());
    }

    [Fact]
    public async Task Extra_paths_of_an_ingress_stand_before_those_of_the_gateway_on_every_host()
    {
        var chart = await HelmChart.RenderAsync(
            "--values", HelmChart.ValuesOf("sentinel"), "--set-json",
            "ingress.hosts=[{\"host\":\"a.example.com\"},{\"host\":\"b.example.com\",\"paths\":[{\"path\":\"/x\"}]}]");

        var services = chart.Single("Ingress")["spec"]!["rules"].Items()
            .Select(rule =>
                string.Join(' ', rule["http"]!["paths"].Items().Select(path => $"{path["path"]}:{path["backend"]!["service"]!["name"]}")));

        services.ShouldBe(["/static:static /:shop-gateway", "/static:static /x:shop-gateway"]);
    }

    [Theory]
    [InlineData("{}", "gateway:0.1.0")]
    [InlineData("{\"registry\":\"r.example.com\",\"tag\":\"1.2\"}", "r.example.com/gateway:1.2")]
    [InlineData("{\"repository\":\"r.example.com/edge/gateway\"}", "r.example.com/edge/gateway:0.1.0")]
    [InlineData(
        "{\"registry\":\"r.example.com\",\"tag\":\"1.2\",\"digest\":\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}",

        "r.example.com/gateway@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public async Task Image_is_registry_repository_and_digest_or_tag(string image, string name) =>
        ((string?)(await HelmChart.RenderAsync([.. Own, "--set-json", $"image={image}"])).Container["image"]).ShouldBe(name);
}
