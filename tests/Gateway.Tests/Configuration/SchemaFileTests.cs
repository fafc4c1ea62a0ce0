using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Testing;

namespace Gateway.Tests.Configuration;

/// <summary>src/Gateway/gateway.schema.json is what the program reads yarp.json with, and what <c>gateway schema</c> prints.</summary>
public sealed class SchemaFileTests
{
    private static readonly string File = Path.Combine(Script.Root, "src", "Gateway", "gateway.schema.json");

    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// After a change of the options: <c>GATEWAY_WRITE_SCHEMA=1 dotnet test --project tests/Gateway.Tests --filter-class
    /// "*.SchemaFileTests"</c>.
    /// </summary>
    [Fact]
    public async Task File_is_what_the_options_and_the_records_say()
    {
        var expected = SchemaWriter.Write().ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("GATEWAY_WRITE_SCHEMA") == "1")
        {
            await System.IO.File.WriteAllTextAsync(File, expected);
        }

        (await System.IO.File.ReadAllTextAsync(File) == expected).ShouldBeTrue("the schema is written anew by GATEWAY_WRITE_SCHEMA=1");
    }

    [Fact]
    public async Task Command_prints_the_file()
    {
        var run = await ProgramRun.RunAsync([], "schema");

        run.ExitCode.ShouldBe(0, run.Errors);
        (run.Output == await System.IO.File.ReadAllTextAsync(File)).ShouldBeTrue("the program was built with this file");
    }
}
