using Gateway.LoadTests.Scenarios;
using Gateway.Testing;

namespace Gateway.Tests.LoadTests;

/// <summary>The settings file of the load tests: what ops write to point them at a cluster.</summary>
public sealed class LoadTestSettingsTests
{
    private const string Smallest = """{ "target": "http://localhost:8080/", "tokens": { "file": "tokens.txt" } }""";

    [Theory]
    [InlineData("sandbox.json", new[] { "redis_down" })]
    [InlineData("staging.example.json", new string[0])]
    public void Files_in_the_repository_are_usable(string file, string[] notRun)
    {
        var settings = LoadTestSettings.Parse(File.ReadAllText(Path.Combine(Script.Root, "loadtests", "Gateway.LoadTests", file)));

        var catalog = new ScenarioCatalog(settings, null!, OutsideActions.From(settings.Actions), TimeProvider.System);
        ScenarioCatalog.Names.Where(name => catalog.Lacks(name) is not null).ShouldBe(notRun);
    }

    [Fact]
    public void Target_and_tokens_are_all_that_is_required()
    {
        var settings = LoadTestSettings.Parse(Smallest);

        settings.Rate.ShouldBe(100);
        settings.Seconds.ShouldBe(60);
        settings.Limits.DuringOutage.ShouldBe([200, 503]);
    }

    [Theory]
    [InlineData(""" "rat": 5 """, "rat")]
    [InlineData(""" "rate": 0 """, "rate: write a number above 0")]
    [InlineData(""" "seconds": 5 """, "seconds: write 10 or more")]
    [InlineData(""" "rampTo": 1 """, "rampTo")]
    [InlineData(""" "scenarios": ["stedy"] """, "there is no \"stedy\"")]
    [InlineData(""" "limits": { "p99": 5 } """, "p99")]
    public void Wrong_setting_is_named(string setting, string expected)
    {
        var json = Smallest.Replace("}\u0020}", "},", StringComparison.Ordinal) + setting + "}";

        Should.Throw<InvalidDataException>(() => LoadTestSettings.Parse(json)).Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("""{ }""")]
    [InlineData("""{ "file": "tokens.txt", "endpoint": "http://localhost/token" }""")]
    public void Tokens_come_from_one_place(string tokens)
    {
        var json = $$"""{ "target": "http://localhost:8080/", "tokens": {{tokens}} }""";

        Should.Throw<InvalidDataException>(() => LoadTestSettings.Parse(json)).Message.ShouldContain("file or endpoint");
    }

    [Fact]
    public async Task Secret_that_the_environment_lacks_is_named_and_nothing_is_sent()
    {
        using var client = new HttpClient();
        var settings = new TokenSettings
        {
            Endpoint = new Uri("http://127.0.0.1:1/token"),
            Form = new Dictionary<string, string> { ["client_secret"] = "env:NO_SUCH_VARIABLE" },
        };

        var fault = await Should.ThrowAsync<InvalidDataException>(() => TokenSources.Create(settings, client)(CancellationToken.None));

        fault.Message.ShouldContain("tokens.form.client_secret: the environment has no variable NO_SUCH_VARIABLE");
    }
}
