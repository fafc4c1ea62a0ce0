using System.Globalization;
using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Helm;

/// <summary>What holds of every release, whatever its values.</summary>
public sealed class ChartInvariantTests
{
    private static readonly string[] Workloads = ["Deployment", "DaemonSet", "StatefulSet"];

    public static TheoryData<string> Examples => [.. HelmChart.Examples];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Pods_pass_the_restricted_standard_and_have_no_service_account_token(string example)
    {
        var chart = await HelmChart.RenderAsync(example);

        foreach (var pod in Pods(chart))
        {
            ((bool)pod["automountServiceAccountToken"]!).ShouldBeFalse();
            ((bool)pod["enableServiceLinks"]!).ShouldBeFalse();
            pod["hostNetwork"].ShouldBeNull();
            var security = pod["securityContext"]!;
            ((bool)security["runAsNonRoot"]!).ShouldBeTrue();
            ((long)security["runAsUser"]!).ShouldBeGreaterThan(0);
            ((string)security["seccompProfile"]!["type"]!).ShouldBe("RuntimeDefault");
            foreach (var container in pod["containers"].Items().Concat(pod["initContainers"].Items()))
            {
                var own = container["securityContext"]!;
                ((bool)own["allowPrivilegeEscalation"]!).ShouldBeFalse();
                ((bool)own["readOnlyRootFilesystem"]!).ShouldBeTrue();
                own["capabilities"]!["drop"]!.AsArray().Select(each => (string)each!).ShouldBe(["ALL"]);
                own["capabilities"]!["add"].ShouldBeNull();
            }

            foreach (var volume in pod["volumes"].Items())
            {
                volume.Select(pair => pair.Key).ShouldBeSubsetOf(
                    ["name", "configMap", "secret", "emptyDir", "persistentVolumeClaim", "projected", "csi"]);
            }
        }

        foreach (var account in chart.Objects.Where(each => each.Kind() == "ServiceAccount"))
        {
            ((bool)account["automountServiceAccountToken"]!).ShouldBeFalse();
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Probes_ask_the_management_port(string example)
    {
        var chart = await HelmChart.RenderAsync(example);

        var ports = chart.Container["ports"].Items().ToDictionary(port => (string)port["name"]!, port => (int)port["containerPort"]!);
        foreach (var (probe, path) in new[] { ("startupProbe", "/startupz"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz") })
        {
            var get = chart.Container[probe]!["httpGet"]!;
            ((string)get["path"]!).ShouldBe(path);
            ((string)get["port"]!).ShouldBe("management");
        }

        Variable(chart, "Gateway__Management__Port").ShouldBe($"{ports["management"]}");
        ports.Values.Distinct().Count().ShouldBe(ports.Count);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Selectors_match_the_pods_they_mean_and_no_others(string example)
    {
        var chart = await HelmChart.RenderAsync(example);
        var gateway = chart.Workload["spec"]!["template"]!["metadata"]!["labels"].Map();
        var selector = chart.Workload["spec"]!["selector"]!["matchLabels"].Map();

        // A selector cannot change, so nothing that changes may be in it.
        selector.Keys.ShouldBe(["app.kubernetes.io/name", "app.kubernetes.io/instance"], ignoreOrder: true);
        Matches(selector, gateway).ShouldBeTrue();
        foreach (var pod in chart.Objects.Where(each => each.Kind() == "Pod"))
        {
            Matches(selector, pod["metadata"]!["labels"].Map()).ShouldBeFalse("the pod of helm test must get no traffic");
        }

        foreach (var set in chart.Objects.Where(each => each.Kind() == "StatefulSet"))
        {
            Matches(selector, set["spec"]!["template"]!["metadata"]!["labels"].Map()).ShouldBeFalse();
        }

        var ports = chart.Container["ports"].Items().Select(port => (string)port["name"]!).ToArray();
        foreach (var service in chart.Objects.Where(each => each.Kind() == "Service"
                && !each.Name().EndsWith("-redis", StringComparison.Ordinal)))
        {
            service["spec"]!["selector"].Map().ShouldBe(selector);
            service["spec"]!["ports"].Items().Select(port => (string)port["targetPort"]!).ShouldBeSubsetOf(ports);
        }

        foreach (var kind in new[] { "PodDisruptionBudget", "NetworkPolicy" })
        {
            foreach (var manifest in chart.Objects.Where(each => each.Kind() == kind))
            {
                (manifest["spec"]!["selector"] ?? manifest["spec"]!["podSelector"])!["matchLabels"].Map().ShouldBe(selector);
            }
        }

        foreach (var monitor in chart.Objects.Where(each => each.Kind() == "ServiceMonitor"))
        {
            var wanted = monitor["spec"]!["selector"]!["matchLabels"].Map();
            chart.Objects.Where(each => each.Kind() == "Service"
                && Matches(wanted, each["metadata"]!["labels"].Map())).ShouldHaveSingleItem()
                .Name().ShouldEndWith("-management");
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Management_port_is_in_no_public_service_or_route(string example)
    {
        var chart = await HelmChart.RenderAsync(example);
        var name = chart.Workload.Name();

        chart.Single("Service", name)["spec"]!["ports"].Items().Select(port => (string)port["targetPort"]!).ShouldNotContain("management");
        foreach (var manifest in chart.Objects.Where(each => each.Kind() is "Ingress" or "HTTPRoute"))
        {
            manifest.ToJsonString().ShouldNotContain("management");
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Checksums_are_there_with_rollout_only_and_live_mounts_the_whole_folder(string example)
    {
        var chart = await HelmChart.RenderAsync(example);
        var values = Yaml.Read(await File.ReadAllTextAsync(HelmChart.ValuesOf(example)));
        var isLive = (string?)values["config"]!["reload"] == "live";
        var isOwn = values["config"]!["existingConfigMap"] is not null;

        var annotations = chart.Workload["spec"]!["template"]!["metadata"]!["annotations"].Map();
        var mount = chart.Container["volumeMounts"].Items().Single(each => (string?)each["name"] == "config");

        annotations.ContainsKey("checksum/config").ShouldBe(!isLive && !isOwn);
        ((string?)mount["subPath"]).ShouldBe(isLive ? null : "yarp.json");
        ((string?)mount["mountPath"]).ShouldBe(isLive ? "/etc/gateway" : "/etc/gateway/yarp.json");
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Names_fit_and_objects_are_of_the_release(string example)
    {
        var chart = await HelmChart.RenderAsAsync(new string('n', 53), "--values", HelmChart.ValuesOf(example));

        foreach (var manifest in chart.Objects)
        {
            manifest.Name().Length.ShouldBeLessThanOrEqualTo(63);
            if (manifest.Kind() == "ExternalSecret"
                || manifest.Name().Contains("-extra", StringComparison.Ordinal)
                || manifest.Name().EndsWith("-text", StringComparison.Ordinal))
            {
                continue;
            }

            ((string)manifest["metadata"]!["namespace"]!).ShouldBe(HelmChart.Namespace);
            var labels = manifest["metadata"]!["labels"].Map();
            labels["app.kubernetes.io/managed-by"].ShouldBe("Helm");
            labels.Values.ShouldAllBe(value => value.Length <= 63);
        }

        chart.Objects.Select(each => $"{each.Kind()} {each.Name()}").ShouldBeUnique();
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Secrets_are_in_secrets_only(string example)
    {
        var chart = await HelmChart.RenderAsync(example);
        var values = Yaml.Read(await File.ReadAllTextAsync(HelmChart.ValuesOf(example)));
        var secrets = values["secrets"]?["files"].Map().Values.ToArray() ?? [];

        foreach (var manifest in chart.Objects.Where(each => each.Kind() != "Secret"))
        {
            foreach (var secret in secrets)
            {
                manifest.ToJsonString().ShouldNotContain(secret);
            }
        }

        // Variables show in lists of processes and in dumps: nothing of a Secret is one, but the collector's headers, which OpenTelemetry
        // reads so.
        chart.Container["env"].Items().Where(each => each["valueFrom"]?["secretKeyRef"] is not null)
            .Select(each => (string)each["name"]!).ShouldBeSubsetOf(["OTEL_EXPORTER_OTLP_HEADERS", "EXAMPLE"]);
        if (secrets.Length > 0)
        {
            chart.Single("Secret")["data"].Map().Count.ShouldBe(secrets.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Grace_period_covers_the_end_of_a_pod(string example)
    {
        var chart = await HelmChart.RenderAsync(example);

        var sleep = (int?)chart.Container["lifecycle"]?["preStop"]?["sleep"]?["seconds"] ?? 0;
        var delay = TimeSpan.Parse(Variable(chart, "Gateway__Drain__Delay") ?? "00:00:05", CultureInfo.InvariantCulture);
        var timeout = TimeSpan.Parse(Variable(chart, "Gateway__Drain__Timeout") ?? "00:00:30", CultureInfo.InvariantCulture);
        ((int)chart.Pod["terminationGracePeriodSeconds"]!).ShouldBeGreaterThan(sleep + (int)(delay + timeout).TotalSeconds);
    }

    [Fact]
    public async Task Drain_reaches_the_gateway_as_its_own_settings()
    {
        var chart = await HelmChart.RenderAsync(
            "--values", HelmChart.ValuesOf("minimal"), "--set",
            "drain.delaySeconds=10,drain.timeoutSeconds=3690,terminationGracePeriodSeconds=4000");

        Variable(chart, "Gateway__Drain__Delay").ShouldBe("00:00:10");
        Variable(chart, "Gateway__Drain__Timeout").ShouldBe("01:01:30");
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Every_mount_has_its_volume_and_every_variable_is_set_once(string example)
    {
        var chart = await HelmChart.RenderAsync(example);

        var volumes = chart.Pod["volumes"].Items().Select(volume => (string)volume["name"]!).ToArray();
        volumes.ShouldBeUnique();
        foreach (var container in chart.Pod["containers"].Items())
        {
            container["volumeMounts"].Items().Select(mount => (string)mount["name"]!).ShouldBeSubsetOf(volumes);
        }

        chart.Container["env"].Items().Select(each => (string)each["name"]!).ShouldBeUnique();
        chart.Container["volumeMounts"].Items().Select(mount => (string)mount["mountPath"]!).ShouldBeUnique();
    }

    [Fact]
    public async Task Rendering_twice_gives_the_same()
    {
        var first = await HelmChart.RenderAsync("production");
        var second = await HelmChart.RenderAsync("--values", HelmChart.ValuesOf("production"));

        second.Text.ShouldBe(first.Text);
    }

    [Fact]
    public async Task Network_policy_opens_dns_redis_providers_collector_and_destinations()
    {
        var chart = await HelmChart.RenderAsync("production");

        var egress = chart.Single("NetworkPolicy")["spec"]!["egress"].Items()
            .Select(rule => string.Join(",", rule["ports"].Items().Select(port => (int)port["port"]!))).ToArray();

        egress.ShouldBe(["53,53", "6379", "443", "4317,4318", "8080", "8443"]);
    }

    private static string? Variable(RenderedChart chart, string name) =>
        (string?)chart.Container["env"].Items().SingleOrDefault(each => (string?)each["name"] == name)?["value"];

    private static IEnumerable<JsonObject> Pods(RenderedChart chart) =>
        chart.Objects.Where(each => Workloads.Contains(each.Kind())).Select(each => each["spec"]!["template"]!["spec"]!.AsObject())
            .Concat(chart.Objects.Where(each => each.Kind() == "Pod").Select(each => each["spec"]!.AsObject()));

    private static bool Matches(Dictionary<string, string> selector, Dictionary<string, string> labels) =>
        selector.All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value);
}
