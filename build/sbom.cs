#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
// Writes the bill of materials of a published gateway: dotnet run build/sbom.cs -- LOCKFILE VERSION > sbom.cdx.json
// CycloneDX 1.6 from the lock file, which is what the restore has checked.
using System.Text.Json;
using System.Text.Json.Nodes;

if (args is not [var lockFile, var version])
{
    Console.Error.WriteLine("Usage: dotnet run build/sbom.cs -- LOCKFILE VERSION");
    return 2;
}

// Analyzers are in the lock file, too, but not in the product.
string[] buildOnly = ["Microsoft.CodeAnalysis.BannedApiAnalyzers"];
var frameworks = JsonNode.Parse(File.ReadAllText(lockFile))!["dependencies"]!.AsObject();
var packages = frameworks.SelectMany(framework => framework.Value!.AsObject())
    .Where(package => (string?)package.Value!["type"] != "Project" && !buildOnly.Contains(package.Key))
    .DistinctBy(package => package.Key)
    .OrderBy(package => package.Key, StringComparer.OrdinalIgnoreCase);
var components = packages.Select(package =>
{
    var resolved = (string)package.Value!["resolved"]!;
    return (JsonNode)new JsonObject
    {
        ["type"] = "library",
        ["bom-ref"] = $"pkg:nuget/{package.Key}@{resolved}",
        ["name"] = package.Key,
        ["version"] = resolved,
        ["purl"] = $"pkg:nuget/{package.Key}@{resolved}",
        // NuGet's hash leaves the package's signature out, so it is not the hash of the .nupkg file.
        ["properties"] =
            new JsonArray(new JsonObject { ["name"] = "nuget:contentHash", ["value"] = (string)package.Value["contentHash"]! }),
    };
});
var document = new JsonObject
{
    ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
    ["bomFormat"] = "CycloneDX",
    ["specVersion"] = "1.6",
    ["version"] = 1,
    ["metadata"] = new JsonObject
    {
        ["component"] = new JsonObject { ["type"] = "application", ["bom-ref"] = "gateway", ["name"] = "gateway", ["version"] = version },
    },
    ["components"] = new JsonArray([.. components]),
};
Console.WriteLine(document.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
return 0;
