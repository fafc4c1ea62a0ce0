using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>Alerts and dashboards: checked and unit-tested by the real promtool, and about metrics that there are.</summary>
public sealed partial class ChartMonitoringTests
{
    /// <summary>
    /// Metrics by their names in Prometheus, with their labels: those of docs/observability.md, and ASP.NET Core's for requests.
    /// </summary>
    private static readonly Dictionary<string, string[]> Metrics = ReadMetrics();

    private static string Rules => Path.Combine(HelmChart.Folder, "rules", "gateway.yaml");

    private static string Dashboard => Path.Combine(HelmChart.Folder, "dashboards", "gateway.json");

    [Fact]
    public async Task Promtool_accepts_the_rules()
    {
        var result = await Script.RunAsync("promtool", ["check", "rules", Rules]);

        result.ExitCode.ShouldBe(0, result.Output + result.Errors);
    }

    [Fact]
    public async Task Alerts_fire_when_they_should_and_only_then()
    {
        var result = await Script.RunAsync(
            "promtool",
            ["test", "rules", Path.Combine(Script.Root, "tests", "Gateway.IntegrationTests", "Helm", "Rules", "gateway_test.yaml")]);

        result.ExitCode.ShouldBe(0, result.Output + result.Errors);
    }

    [Fact]
    public async Task Every_alert_has_a_test_a_severity_and_words_for_people()
    {
        var tests = await File.ReadAllTextAsync(
            Path.Combine(Script.Root, "tests", "Gateway.IntegrationTests", "Helm", "Rules", "gateway_test.yaml"));

        var alerts = Yaml.Read(await File.ReadAllTextAsync(Rules))["groups"]
            .Items()
            .SelectMany(group => group["rules"].Items())
            .Where(rule => rule["alert"] is not null)
            .ToArray();

        alerts.Length.ShouldBeGreaterThan(5);
        foreach (var alert in alerts)
        {
            tests.ShouldContain($"alertname: {(string)alert["alert"]!}\n");
            ((string)alert["labels"]!["severity"]!).ShouldBeOneOf("critical", "warning");
            alert["annotations"].Map().Keys.ShouldBe(["summary", "description", "runbook_url"]);
            var runbook = (string)alert["annotations"]!["runbook_url"]!;
            runbook.ShouldBe($"docs/runbooks/{(string)alert["alert"]!}.md");
            File.Exists(Path.Combine(Script.Root, runbook)).ShouldBeTrue(runbook);
        }
    }

    [Fact]
    public async Task Every_runbook_has_its_alert_and_says_what_to_look_at_and_what_to_do()
    {
        var alerts = Yaml.Read(await File.ReadAllTextAsync(Rules))["groups"]
            .Items()
            .SelectMany(group => group["rules"].Items())
            .Select(rule => (string?)rule["alert"])
            .OfType<string>()
            .ToArray();
        var files = Directory.GetFiles(Path.Combine(Script.Root, "docs", "runbooks"), "*.md");

        files.Select(Path.GetFileNameWithoutExtension).Where(name => name != "README").ShouldBe(alerts, ignoreOrder: true);
        foreach (var file in files.Where(file => !file.EndsWith("README.md", StringComparison.Ordinal)))
        {
            var text = await File.ReadAllTextAsync(file);
            text.ShouldStartWith($"# {Path.GetFileNameWithoutExtension(file)}\n");
            foreach (var part in new[] { "## What it means", "## Look", "## Act" })
            {
                text.ShouldContain($"\n{part}\n", customMessage: file);
            }
        }
    }

    [Fact]
    public async Task Runbooks_are_linked_where_the_values_say_that_they_are()
    {
        const string Base = "https://git.example.com/gateway/docs/runbooks";
        var chart = await HelmChart.RenderAsync("--values", HelmChart.ValuesOf("production"), "--set", $"prometheusRule.runbookUrl={Base}");

        var links = chart.Single("PrometheusRule")["spec"]!["groups"]
            .Items()
            .SelectMany(group => group["rules"].Items())
            .Where(rule => rule["alert"] is not null)
            .Select(rule => ((string)rule["alert"]!, (string)rule["annotations"]!["runbook_url"]!)).ToArray();

        links.ShouldNotBeEmpty();
        links.ShouldAllBe(link => link.Item2 == $"{Base}/{link.Item1}.md");
    }

    [Fact]
    public async Task Prometheus_rule_and_dashboards_of_a_release_are_the_files()
    {
        var chart = await HelmChart.RenderAsync("production");

        JsonNode.DeepEquals(
            chart.Single("PrometheusRule")["spec"]!["groups"], Yaml.Read(await File.ReadAllTextAsync(Rules))["groups"]).ShouldBeTrue();
        var dashboard = (string)chart.Single("ConfigMap", "-dashboards")["data"]!["gateway.json"]!;
        JsonNode.DeepEquals(JsonNode.Parse(dashboard), JsonNode.Parse(await File.ReadAllTextAsync(Dashboard))).ShouldBeTrue();
    }

    [Fact]
    public async Task Rules_and_dashboards_ask_for_metrics_and_labels_that_there_are()
    {
        var asked = Name()
            .Matches(await File.ReadAllTextAsync(Rules) + await File.ReadAllTextAsync(Dashboard))
            .Select(match => match.Value)
            .Distinct()
            .ToArray();

        asked.ShouldBeSubsetOf(Metrics.Keys);
        asked.Length.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task Every_panel_asks_the_chosen_data_source_namespace_and_job()
    {
        var dashboard = JsonNode.Parse(await File.ReadAllTextAsync(Dashboard))!;

        dashboard["templating"]!["list"].Items().Select(variable => (string)variable["name"]!).ShouldBe(["datasource", "namespace", "job"]);
        var panels = dashboard["panels"].Items().Where(panel => (string?)panel["type"] != "row").ToArray();
        panels.Length.ShouldBeGreaterThan(9);
        foreach (var panel in panels)
        {
            ((string)panel["datasource"]!["uid"]!).ShouldBe("${datasource}");
            foreach (var target in panel["targets"].Items())
            {
                var expression = (string)target["expr"]!;
                expression.ShouldContain("namespace=~\"$namespace\",job=~\"$job\"");
                var metric = Name().Matches(expression).Select(match => match.Value).Distinct().ShouldHaveSingleItem();
                string[] known = [.. Metrics[metric], "namespace", "job", "pod"];
                foreach (var label in Grouping().Matches(expression).SelectMany(match => match.Groups[1].Value.Split(", ")))
                {
                    label.ShouldBeOneOf(known);
                }
            }
        }
    }

    private static Dictionary<string, string[]> ReadMetrics()
    {
        var metrics = new Dictionary<string, string[]>
        {
            ["http_server_request_duration_seconds_count"] = ["http_route", "http_response_status_code"],
            ["http_server_request_duration_seconds_bucket"] = ["http_route", "http_response_status_code", "le"],
        };
        foreach (var row in File.ReadLines(Path.Combine(Script.Root, "docs", "observability.md")).Where(
                line => line.StartsWith("| `gateway.", StringComparison.Ordinal)))
        {
            var cells = row.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length == 7 && cells[2] is "counter" or "gauge" or "histogram" or "up-down counter")
            {
                var name = cells[1].Trim('`').Replace('.', '_') + (cells[3] == "`s`" ? "_seconds" : "");
                string[] labels = [.. Tag().Matches(cells[4]).Select(match => match.Groups[1].Value)];
                metrics[name + (cells[2] switch { "counter" => "_total", "histogram" => "_bucket", _ => "" })] = cells[2] == "histogram"
                    ? [.. labels, "le"]
                    : labels;
            }
        }

        return metrics;
    }

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\b(?:gateway_[a-z_]+|http_server_request_duration_seconds_[a-z]+)\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex Grouping();
}
