using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>What the chart takes as yarp.json and as the address of Redis.</summary>
public sealed class ChartConfigurationTests
{
    /// <summary>
    /// Texts that the gateway takes, too: comments, commas before a bracket, a byte order mark, and text that only looks like them.
    /// </summary>
    public static TheoryData<string> Accepted =>
    [
        "{}",
        "{ // A comment with { and \"\n \"Logging\": { \"LogLevel\": { \"Default\": \"Warning\", }, }, }",
        "/* over\n lines, */ { \"AllowedHosts\": \"*\" }",
        "{ \"AllowedHosts\": \"http://a/* b */,]\\\" // c\" }",
        "\uFEFF{}",
    ];

    public static TheoryData<string, string> Rejected => new()
    {
        { "Gateway:\n  Issuers: {}\n", "config.file is not JSON: invalid character 'G'" },
        { "{ \"Gateway\": {}", "config.file is not JSON: unexpected end of JSON input" },
        { "{ \"Gateway\": {} } }", "config.file is not JSON: invalid character '}' after top-level value" },
        { "[]", "config.file is not JSON" },
        { "yarp.json", "config.file is not JSON" },
        { "{ \"Gateway\": { \"Management\": { \"Port\": 9000 } } } // with a comment", "config.file sets Gateway:Management:Port to 9000 and containerPorts.management is 8081" },
        { "{ \"Gateway\": { \"Revocation\": { \"Redis\": { \"Connection\": \"r:6379,password=x\" } } } }", "yarp.json holds a Redis password" },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task File_that_is_JSON_is_mounted_as_it_is(string text)
    {
        var result = await WithFileAsync(text);

        result.ExitCode.ShouldBe(0, result.Errors);
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public async Task File_that_is_not_JSON_or_contradicts_the_values_is_rejected(string text, string message)
    {
        var result = await WithFileAsync(text);

        result.ExitCode.ShouldNotBe(0);
        result.Errors.ShouldContain(message);
    }

    [Theory]
    [InlineData("redis.connection=r:6379", "r:6379")]
    [InlineData("redis.connection=r:6379,redis.user=edge,redis.existingSecret=x", "r:6379,user=edge")]
    [InlineData("redis.connection=s-0:26379\\,s-1:26379,redis.sentinel.primaryName=mymaster", "s-0:26379,s-1:26379,serviceName=mymaster")]
    [InlineData("redis.connection=r:6379,redis.tls.enabled=true,redis.user=edge,redis.existingSecret=x", "r:6379,ssl=true,user=edge")]
    [InlineData("redis.connection=r:6379\\,user=edge,redis.existingSecret=x", "r:6379,user=edge")]
    public async Task Connection_of_redis_is_made_of_the_values(string values, string connection)
    {
        var chart = await HelmChart.RenderAsync("--set", "config.existingConfigMap=yarp", "--set", values);

        ((string?)chart.Container["env"].Items().Single(each => (string?)each["name"] == "Gateway__Revocation__Redis__Connection")["value"]).ShouldBe(connection);
    }

    private static async Task<ScriptResult> WithFileAsync(string text)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, text);
            return await HelmChart.TemplateAsync(HelmChart.Release, "--set-file", $"config.file={file}");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
