using System.CommandLine;
using Gateway.Commands;

namespace Gateway.Tests.Commands;

/// <summary>The help of each command ends with lines to copy.</summary>
public sealed class ExamplesTests
{
    private static readonly RootCommand Root = GatewayCommand.Create();

    private static IEnumerable<Command> All => Below(Root);

    [Fact]
    public void Every_command_that_does_something_has_examples() =>
        All.Where(command => command.Action is not null && Examples.Of(command).Count == 0).Select(command => command.Name).ShouldBeEmpty();

    [Fact]
    public void Every_example_is_understood()
    {
        var lines = All.SelectMany(Examples.Of).Distinct().Where(line => line.StartsWith("gateway ", StringComparison.Ordinal)).ToArray();

        lines.Length.ShouldBeGreaterThan(8);
        foreach (var line in lines)
        {
            var words = System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line.Replace('\'', '"'))
                .Skip(1)
                .TakeWhile(word => word is not ("<" or ">"));
            Root.Parse([.. words]).Errors.ShouldBeEmpty(line);
        }
    }

    [Theory]
    [InlineData("revoke", "gateway revoke sub alice")]
    [InlineData("revocations list", "gateway revocations list")]
    [InlineData("revocations check", "gateway revocations check")]
    [InlineData("check", "gateway check yarp.json")]
    [InlineData("", "gateway run --config yarp.json")]
    public void Help_ends_with_the_examples_and_names_the_command_as_it_is_typed(string command, string example)
    {
        using var output = new StringWriter();

        Root.Parse([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])
            .Invoke(new InvocationConfiguration { Output = output })
            .ShouldBe(0);

        var text = output.ToString();
        text.ShouldContain($"Usage:\n  {$"gateway {command}".TrimEnd()} ", Case.Sensitive);
        text[text.IndexOf("Examples:", StringComparison.Ordinal)..].ShouldStartWith($"Examples:\n  {example}");
    }

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(Below).Prepend(command);
}
