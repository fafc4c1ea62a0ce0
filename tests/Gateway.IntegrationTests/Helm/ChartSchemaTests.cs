using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Helm;

/// <summary>Every field of every object is one that Kubernetes 1.33 and 1.36, or the custom resource, knows.</summary>
public sealed class ChartSchemaTests
{
    [Fact]
    public async Task Every_object_of_every_example_has_only_known_fields()
    {
        var charts = await Task.WhenAll(HelmChart.Examples.Select(HelmChart.RenderAsync));
        var objects = charts.SelectMany(chart => chart.Objects).ToArray();
        objects.Length.ShouldBeGreaterThan(50);

        (await ManifestSchema.ErrorsAsync(objects)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Misspelt_field_is_found_in_both_versions_and_in_custom_resources()
    {
        var chart = await HelmChart.RenderAsync("production");
        var deployment = chart.Workload.DeepClone().AsObject();
        Rename(deployment["spec"]!["template"]!["spec"]!["containers"]![0]!.AsObject(), "imagePullPolicy", "imagePullPolcy");
        var monitor = chart.Single("ServiceMonitor").DeepClone().AsObject();
        Rename(monitor["spec"]!["endpoints"]![0]!.AsObject(), "scrapeTimeout", "scrapeTimeOut");

        var errors = await ManifestSchema.ErrorsAsync([deployment, monitor]);

        errors.Count.ShouldBe(4);
        errors.Count(error => error.StartsWith("Kubernetes 1.33: ", StringComparison.Ordinal)).ShouldBe(2);
        errors.Count(error => error.Contains("imagePullPolcy", StringComparison.Ordinal)).ShouldBe(2);
        errors.Count(error => error.Contains("scrapeTimeOut", StringComparison.Ordinal)).ShouldBe(2);
    }

    private static void Rename(JsonObject owner, string name, string wrong)
    {
        owner[wrong] = owner[name]!.DeepClone();
        owner.Remove(name).ShouldBeTrue();
    }
}
