using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary>One call of docs/admin.openapi.json.</summary>
/// <param name="Path">With placeholders, such as <c>/admin/issuers/{name}/refresh</c>.</param>
internal sealed record AdminOperation(string Method, string Path, JsonObject Description)
{
    private const string Json = "application/json";

    public string Name => $"{Method} {Path}";

    /// <summary>The JSON of the example request; null when the call has no body in JSON.</summary>
    public JsonNode? Body => Description["requestBody"]?["content"]?[Json]?["example"];

    /// <summary>The example response; null for a page.</summary>
    public JsonNode? Response => Description["responses"]!["200"]!["content"]![Json]?["example"];

    public IEnumerable<JsonObject> Parameters =>
        (Description["parameters"]?.AsArray() ?? []).Select(parameter => parameter!.AsObject());

    /// <summary>Path and query with the examples of the parameters.</summary>
    public string Target
    {
        get
        {
            var examples = Parameters.Where(parameter => parameter["example"] is not null)
                .ToLookup(parameter => (string)parameter["in"]!, parameter => ((string)parameter["name"]!, (string)parameter["example"]!));
            var path =
                examples["path"].Aggregate(Path, (path, each) => path.Replace($"{{{each.Item1}}}", each.Item2, StringComparison.Ordinal));
            var query = string.Join('&', examples["query"].Select(each => $"{each.Item1}={each.Item2}"));
            return query.Length > 0 ? $"{path}?{query}" : path;
        }
    }

    /// <summary>Where the document has the schema of a response.</summary>
    public string SchemaOf(int status, string type = Json)
    {
        var response = Description["responses"]![$"{status}"].ShouldNotBeNull($"{Name} has no response {status}");
        var owner = (string?)response["$ref"] ?? $"{Pointer}/responses/{status}";
        return $"{owner}/content/{Escape(type)}/schema";
    }

    public string BodySchema => $"{Pointer}/requestBody/content/{Escape(Json)}/schema";

    private string Pointer => $"#/paths/{Escape(Path)}/{Method.ToLowerInvariant()}";

    private static string Escape(string text) => Uri.EscapeDataString(text.Replace("/", "~1", StringComparison.Ordinal));
}

/// <summary>docs/admin.openapi.json, and the page that is made of it.</summary>
internal static class AdminReference
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject Document { get; } =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Script.Root, "docs", "admin.openapi.json")))!.AsObject();

    public static IReadOnlyList<AdminOperation> Operations { get; } =
    [
        .. Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation =>
            new AdminOperation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject()))),
    ];

    public static AdminOperation Of(string name) => Operations.Single(operation => operation.Name == name);

    /// <summary>What of these values does not match its schema.</summary>
    public static async Task<IReadOnlyList<string>> ErrorsAsync(IEnumerable<(string Schema, JsonNode? Value)> values)
    {
        var checks = values.Select(each => new JsonObject { ["pointer"] = each.Schema, ["value"] = each.Value?.DeepClone() });
        var request = new JsonObject { ["document"] = Document.DeepClone(), ["checks"] = new JsonArray([.. checks]) };
        var result = await Script.RunAsync("node", [Path.Combine(Script.Interop, "validate-openapi.mjs")], request.ToJsonString());
        result.ExitCode.ShouldBe(0, result.Errors);
        return [.. JsonNode.Parse(result.Output)!["errors"]!.AsArray().Select(error => (string)error!)];
    }

    /// <summary>The sections of docs/admin.md: each call with a request and its response.</summary>
    public static string Sections()
    {
        var page = new StringBuilder();
        foreach (var operation in Operations)
        {
            page.Append($"## {operation.Name}\n\n{operation.Description["summary"]}\n\n");
            if (operation.Parameters.Any())
            {
                page.Append("| Parameter | In | Meaning |\n| --- | --- | --- |\n");
                foreach (var parameter in operation.Parameters)
                {
                    page.Append($"| `{parameter["name"]}` | {parameter["in"]} | {parameter["description"]} |\n");
                }

                page.Append('\n');
            }

            page.Append($"```sh\n{Curl(operation)}\n```\n\n");
            if (operation.Response is { } response)
            {
                page.Append($"```json\n{response.ToJsonString(Indented)}\n```\n\n");
            }

            page.Append("| Status | Meaning |\n| --- | --- |\n");
            foreach (var (status, answer) in operation.Description["responses"]!.AsObject().OrderBy(each => each.Key, StringComparer.Ordinal))
            {
                page.Append($"| {status} | {Resolve(answer!)["description"]} |\n");
            }

            page.Append('\n');
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static JsonNode Resolve(JsonNode response) =>
        (string?)response["$ref"] is { } path ? Document["components"]!["responses"]![path.Split('/')[^1]]! : response;

    private static string Curl(AdminOperation operation)
    {
        var method = operation.Method == (operation.Body is null && !IsForm(operation) ? "GET" : "POST") ? "" : $"-X {operation.Method} ";
        var line = $"curl -s {method}\"$GATEWAY{operation.Target}\"";
        if (IsForm(operation))
        {
            return $"{line} --data-urlencode \"token=$TOKEN\"";
        }

        line += " -H \"Authorization: Bearer $TOKEN\"";
        return operation.Body is { } body ? $"{line} \\\n  -H 'Content-Type: application/json' -d '{body.ToJsonString()}'" : line;
    }

    private static bool IsForm(AdminOperation operation) => operation.Description["requestBody"] is not null && operation.Body is null;
}
