using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>Alerts and dashboards: checked and unit-tested by the real promtool, and about metrics that there are.</summary>
public sealed partial class ChartMonitoringTests
{
    /// <summary>The gateway's instruments as Prometheus spells them, and ASP.NET Core's for requests, with the labels they carry.</summary>
    private static readonly Dictionary<string, string[]> Metrics = new()
    {
        ["http_server_request_duration_seconds_count"] = ["http_route", "http_response_status_code"],
        ["http_server_request_duration_seconds_bucket"] = ["le"],
        ["gateway_auth_decisions_total"] = ["decision", "reason", "route", "issuer"],
        ["gateway_auth_duration_seconds_bucket"] = ["le"],
        ["gateway_token_cache_lookups_total"] = ["result"],
        ["gateway_keys_refreshes_total"] = ["issuer", "result"],
        ["gateway_keys_age_seconds"] = ["issuer"],
        ["gateway_revocation_entries"] = [],
        ["gateway_revocation_lag_seconds"] = [],
        ["gateway_revocation_lookups_total"] = ["result"],
        ["gateway_revocation_malformed_total"] = [],
        ["gateway_config_reloads_total"] = ["result"],
        ["gateway_identity_stripped_headers_total"] = [],
    };

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
        var result = await Script.RunAsync("promtool", ["test", "rules", Path.Combine(Script.Root, "tests", "Gateway.IntegrationTests", "Helm", "Rules", "gateway_test.yaml")]);

        result.ExitCode.ShouldBe(0, result.Output + result.Errors);
    }

    [Fact]
    public async Task Every_alert_has_a_test_a_severity_and_words_for_people()
    {
        var tests = await File.ReadAllTextAsync(Path.Combine(Script.Root, "tests", "Gateway.IntegrationTests", "Helm", "Rules", "gateway_test.yaml"));

        var alerts = Yaml.Read(await File.ReadAllTextAsync(Rules))["groups"].Items().SelectMany(group => group["rules"].Items()).Where(rule => rule["alert"] is not null).ToArray();

        alerts.Length.ShouldBeGreaterThan(5);
        foreach (var alert in alerts)
        {
            tests.ShouldContain($"alertname: {(string)alert["alert"]!}\n");
            ((string)alert["labels"]!["severity"]!).ShouldBeOneOf("critical", "warning");
            alert["annotations"].Map().Keys.ShouldBe(["summary", "description"]);
        }
    }

    [Fact]
    public async Task Prometheus_rule_and_dashboards_of_a_release_are_the_files()
    {
        var chart = await HelmChart.RenderAsync("production");

        JsonNode.DeepEquals(chart.Single("PrometheusRule")["spec"]!["groups"], Yaml.Read(await File.ReadAllTextAsync(Rules))["groups"]).ShouldBeTrue();
        var dashboard = (string)chart.Single("ConfigMap", "-dashboards")["data"]!["gateway.json"]!;
        JsonNode.DeepEquals(JsonNode.Parse(dashboard), JsonNode.Parse(await File.ReadAllTextAsync(Dashboard))).ShouldBeTrue();
    }

    [Fact]
    public async Task Rules_and_dashboards_ask_for_metrics_and_labels_that_there_are()
    {
        var asked = Name().Matches(await File.ReadAllTextAsync(Rules) + await File.ReadAllTextAsync(Dashboard)).Select(match => match.Value).Distinct().ToArray();

        asked.ShouldBeSubsetOf(Metrics.Keys);
        asked.Length.ShouldBe(Metrics.Count);
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

    [GeneratedRegex(@"\b(?:gateway_[a-z_]+|http_server_request_duration_seconds_[a-z]+)\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex Grouping();
}
