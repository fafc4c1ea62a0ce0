using System.CommandLine;

namespace Gateway.Commands;

/// <summary>
/// <c>gateway schema</c>: the JSON schema of yarp.json, for editors and pipelines that have the program and not its source.
/// </summary>
internal sealed class SchemaCommand : Command
{
    /// <summary>The file beside the project; a test holds it to the options and YARP's records.</summary>
    public const string Resource = "gateway.schema.json";

    public SchemaCommand()
        : base("schema", "Prints the JSON schema of yarp.json.") =>
        SetAction(async (_, cancellationToken) =>
        {
            await using var schema = typeof(SchemaCommand).Assembly.GetManifestResourceStream(Resource)!;
            await using var output = Console.OpenStandardOutput();
            // As bytes, so that the output equals the file in the repository.
            await schema.CopyToAsync(output, cancellationToken);
            return ExitCode.Done;
        });
}
