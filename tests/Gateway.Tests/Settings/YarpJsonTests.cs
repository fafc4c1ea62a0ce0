using System.Text;
using Gateway.Settings;

namespace Gateway.Tests.Settings;

public sealed class YarpJsonTests
{
    [Fact]
    public void Comments_trailing_commas_and_a_byte_order_mark_are_fine()
    {
        byte[] file = [.. Encoding.UTF8.Preamble, .. "{ // why\n /* and */ \"Gateway\": { \"Issuers\": { }, }, }"u8];

        var document = YarpJson.Parse("yarp.json", file);

        document.ChildrenOf("").ShouldBe(["Gateway"]);
    }

    [Fact]
    public void Settings_know_their_line_and_column()
    {
        var document = YarpJson.Parse("yarp.json", "{\n  \"a\": {\n    \"b\": [\"x\",\n      \"y\"] } }"u8);

        document.Find("a:b:1").ShouldBe(new FileSetting(4, 7, System.Text.Json.JsonTokenType.String, "y"));
        document.Find("A:B")!.Value.Line.ShouldBe(3);
        document.Find("a:c").ShouldBeNull();
    }

    [Theory]
    [InlineData("{\n  \"a\": 1\n  \"b\": 2\n}", "yarp.json:3:3", "this is not JSON.")]
    [InlineData("", "yarp.json:1:1", "this is not JSON.")]
    [InlineData("{ \"a\": 1 } x", "yarp.json:1:12", "this is not JSON.")]
    [InlineData("[]", "yarp.json:1:1", "the file must hold an object.")]
    [InlineData("\n \"text\"", "yarp.json:2:2", "the file must hold an object.")]
    [InlineData("{ \"a\": \"\\ud800\" }", "yarp.json:1:8", "this text contains an unpaired \\u surrogate.")]
    [InlineData("{ \"\\ud800\": 1 }", "yarp.json:1:3", "this text contains an unpaired \\u surrogate.")]
    public void Broken_json_is_reported_with_its_place(string text, string location, string problem)
    {
        var error = ErrorsOf(Encoding.UTF8.GetBytes(text)).ShouldHaveSingleItem();

        error.Location.ShouldBe(location);
        error.Problem.ShouldBe(problem);
        error.ToString().ShouldStartWith($"{location}: {problem}");
    }

    [Fact]
    public void File_that_is_not_utf8_is_reported()
    {
        var error = ErrorsOf([.. "{ \"a\": \""u8, 0xE4, .. "\" }"u8]).ShouldHaveSingleItem();

        error.Problem.ShouldBe("this is not UTF-8.");
    }

    [Theory]
    [InlineData("{ \"a\": 1,\n \"a\": 2 }", "a")]
    [InlineData("{ \"a\": 1,\n \"A\": 2 }", "A")]
    [InlineData("{ \"a\": { \"b\": 1,\n \"b\": { } } }", "a:b")]
    public void Key_that_is_there_twice_is_an_error(string text, string path)
    {
        var error = ErrorsOf(Encoding.UTF8.GetBytes(text)).ShouldHaveSingleItem();

        error.ShouldBe(new ConfigurationError("yarp.json:2:2", path, "this key occurs twice.", "Keep one of them."));
    }

    [Theory]
    [InlineData("{ \"Gateway:Errors:Detailed\": true }")]
    [InlineData("{ \"Gatewya:Errors\": true }")]
    [InlineData("{ \"\": true }")]
    public void Key_that_would_be_read_as_a_path_is_an_error(string text)
    {
        var error = ErrorsOf(Encoding.UTF8.GetBytes(text)).ShouldHaveSingleItem();

        error.Problem.ShouldBe("this key is empty or contains a colon.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no/such/yarp.json")]
    [InlineData("nul\0name")]
    [InlineData(".")]
    public void File_that_cannot_be_read_is_reported(string path)
    {
        var fault = Should.Throw<ConfigurationException>(() => ConfigurationFile.Read(path));

        fault.Errors.ShouldHaveSingleItem().Cure.ShouldBe("Name a readable file with --config or GATEWAY_CONFIG.");
    }

    private static IReadOnlyList<ConfigurationError> ErrorsOf(byte[] file) =>
        Should.Throw<ConfigurationException>(() => YarpJson.Parse("yarp.json", file)).Errors;
}
