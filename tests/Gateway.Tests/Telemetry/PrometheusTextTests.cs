using Gateway.Telemetry.Prometheus;

namespace Gateway.Tests.Telemetry;

/// <summary>Names, numbers and escapes of the text formats.</summary>
public sealed class PrometheusTextTests
{
    [Theory]
    [InlineData("gateway.auth.decisions", "{decision}", true, "gateway_auth_decisions")]
    [InlineData("gateway.auth.duration", "s", false, "gateway_auth_duration_seconds")]
    [InlineData("dotnet.process.cpu.time", "s", true, "dotnet_process_cpu_time_seconds")]
    [InlineData("process.resident_memory", "By", false, "process_resident_memory_bytes")]
    [InlineData("queue.bytes", "By", false, "queue_bytes")]
    [InlineData("requests.total", "{request}", true, "requests")]
    [InlineData("cache.fill", "1", false, "cache_fill_ratio")]
    [InlineData("cache.hits", "1", true, "cache_hits")]
    [InlineData("load", "%", false, "load_percent")]
    [InlineData("flow", "m3", false, "flow_m3")]
    [InlineData("plain", "", false, "plain")]
    [InlineData("3rd-party/naïve", "", false, "_3rd_party_na_ve")]
    public void Name_has_the_unit_in_full_and_only_characters_that_are_allowed(
        string instrument, string unit, bool isCounter, string expected)
    {
        PrometheusName.Of(instrument, unit, isCounter).Family.ShouldBe(expected);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(12, "12")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(0.000005, "5e-06")]
    [InlineData(1e21, "1e+21")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Number_is_written_as_go_writes_it(double value, string expected)
    {
        PrometheusFormat.Number(value).ShouldBe(expected);
    }

    [Theory]
    [InlineData(1, "1.0")]
    [InlineData(0.25, "0.25")]
    [InlineData(0.000005, "5e-06")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    public void Bound_of_a_bucket_is_a_float(double value, string expected)
    {
        PrometheusFormat.Bound(value).ShouldBe(expected);
    }

    [Fact]
    public void Label_values_are_escaped_and_labels_sorted()
    {
        PrometheusFormat.Labels([new("z", "1"), new("http.route", "a\"b\\c\nd é")]).ShouldBe("http_route=\"a\\\"b\\\\c\\nd é\",z=\"1\"");
    }

    [Fact]
    public void Labels_that_become_the_same_share_their_values()
    {
        PrometheusFormat.Labels([new("a.b", "1"), new("a_b", "2")]).ShouldBe("a_b=\"1;2\"");
    }

    [Fact]
    public void Help_escapes_quotes_in_open_metrics_only()
    {
        PrometheusFormat.Text.Help("a \"b\" \\ \n").ShouldBe("a \"b\" \\\\ \\n");
        PrometheusFormat.OpenMetrics.Help("a \"b\" \\ \n").ShouldBe("a \\\"b\\\" \\\\ \\n");
    }
}
