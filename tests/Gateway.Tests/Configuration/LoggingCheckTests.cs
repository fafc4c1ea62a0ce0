using Gateway.Settings;

namespace Gateway.Tests.Configuration;

/// <summary>What the schema of <c>Logging</c> accepts and the framework does not.</summary>
public sealed class LoggingCheckTests
{
    [Theory]
    [InlineData("\"LogLevel\": { \"A.*.B.*\": \"Debug\" }", "LogLevel:A.*.B.*")]
    [InlineData("\"LogLevel\": { \"**\": \"Debug\" }", "LogLevel:**")]
    [InlineData("\"Console\": { \"LogLevel\": { \"*A*\": \"Debug\" } }", "Console:LogLevel:*A*")]
    [InlineData("\"OpenTelemetry\": { \"LogLevel\": { \"*A*\": \"Debug\" } }", "OpenTelemetry:LogLevel:*A*")]
    public async Task Category_with_two_asterisks_is_an_error(string logging, string path)
    {
        var error = (await ErrorsOfAsync(logging)).ShouldHaveSingleItem();

        error.Path.ShouldBe("Logging:" + path);
        error.Location.ShouldStartWith("yarp.json:");
        error.Problem.ShouldBe("a category has one asterisk at most.");
        error.Cure.ShouldBe(
            "Write the beginning of the names, such as \"Microsoft.AspNetCore\"; an asterisk may stand between beginning and end.");
    }

    [Theory]
    [InlineData("\"LogLevel\": { \"*\": \"Warning\", \"A*B\": \"Debug\", \"Default\": \"Information\" }")]
    [InlineData("\"Console\": { \"LogLevel\": { \"Gateway*\": \"None\" } }")]
    public async Task Category_with_one_asterisk_is_good(string logging) => (await ErrorsOfAsync(logging)).ShouldBeEmpty();

    private static Task<IReadOnlyList<ConfigurationError>> ErrorsOfAsync(string logging) =>
        CheckedConfiguration.ErrorsWithAsync("\"ReverseProxy\": {", $"\"Logging\": {{ {logging} }}, \"ReverseProxy\": {{");
}
