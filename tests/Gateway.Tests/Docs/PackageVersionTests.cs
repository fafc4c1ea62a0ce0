using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>The version of a package is written once: in Directory.Packages.props, or in tests/interop/package.json.</summary>
public sealed partial class PackageVersionTests
{
    private const string Central = "Directory.Packages.props";

    // Folders of builds and of installed packages, which hold projects and pages of others.
    private static readonly string[] Foreign = ["bin", "obj", "node_modules", ".tools", ".git", "artifacts"];

    private static readonly Dictionary<string, string> Versions = XDocument.Load(Path.Combine(Script.Root, Central))
        .Descendants("PackageVersion")
        .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);

    private static readonly Dictionary<string, string> NpmVersions =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Script.Interop, "package.json")))!["dependencies"]!.AsObject()
            .ToDictionary(package => package.Key, package => package.Value!.GetValue<string>());

    // Packages of one product may have versions that differ, and its short name stands for each of them. A version that the caller of the
    // build chooses is not compared.
    private static readonly ILookup<string, string> ByName = Versions.Concat(NpmVersions)
        .Where(package => ExactVersion().IsMatch(package.Value))
        .SelectMany(package => NamesOf(package.Key).Select(name => (Name: name, package.Value)))
        .ToLookup(package => package.Name, package => package.Value, StringComparer.OrdinalIgnoreCase);

    private static readonly Regex Mention = new(
        $@"(?<![\w./@-])(?:version (?<version>\d+(?:\.\d+)*) of `?(?<name>{Names})`?(?![\w./-])"
        + $@"|(?<name>{Names})`?[\s|(@]{{1,4}}(?:version )?v?(?<version>\d+(?:\.\d+)+(?:-[\w.]+)?))",
        RegexOptions.IgnoreCase);

    private static string Names => string.Join('|', ByName.Select(name => Regex.Escape(name.Key)));

    [Fact]
    public void No_project_file_names_the_version_of_a_package()
    {
        var projects = Files("*.csproj").Concat(Files("*.props")).Concat(Files("*.targets"))
            .Where(file => Path.GetFileName(file) != Central).ToList();

        projects.Count.ShouldBeGreaterThan(6);
        projects.SelectMany(file => XDocument.Load(file).Descendants()
                .Where(item => item.Name.LocalName.StartsWith("Package", StringComparison.Ordinal)
                    || item.Name.LocalName == "GlobalPackageReference" || item.Name.LocalName == "DotNetCliToolReference")
                .Where(item => VersionsOf(item).Any())
                .Select(item => $"{Path.GetRelativePath(Script.Root, file)}: {item}"))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Npm_packages_have_exact_versions() =>
        NpmVersions.Where(package => !ExactVersion().IsMatch(package.Value)).Select(package => package.Key).ShouldBeEmpty();

    [Fact]
    public void No_page_names_another_version_of_a_package_than_the_one_in_use()
    {
        // A decision and the changelog are of their day, and so is what a measurement wrote.
        var pages = Files("*.md").Where(file => !file.Contains(Path.Combine("docs", "decisions"), StringComparison.Ordinal)
            && Path.GetFileName(file) != "CHANGELOG.md").ToList();

        pages.Count.ShouldBeGreaterThan(10);
        pages.SelectMany(file => Differing(MeasuredBlock().Replace(File.ReadAllText(file), ""))
            .Select(words => $"{Path.GetRelativePath(Script.Root, file)}: {words}")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("It runs on YARP 1.0.")]
    [InlineData("`Yarp.ReverseProxy` 1.0.0")]
    [InlineData("with version 1 of StackExchange.Redis")]
    [InlineData("| StackExchange.Redis | 1.2.6 |")]
    [InlineData("OpenTelemetry v0.9")]
    [InlineData("JwtBearer (8.0.34)")]
    [InlineData("jose@1.2.3")]
    public void Another_version_is_found_however_it_is_written(string text) => Differing(text).ShouldNotBeEmpty();

    [Fact]
    public void The_version_in_use_and_other_numbers_are_no_finding()
    {
        foreach (var (name, version) in Versions.Concat(NpmVersions).Where(package => ExactVersion().IsMatch(package.Value)))
        {
            Differing($"{name} {version}").ShouldBeEmpty();
            Differing($"{name} {version[..version.LastIndexOf('.')]}").ShouldBeEmpty();
        }

        Differing("YARP, 10.0.0.0/8 and the image of YARP: 3 replicas, OpenTelemetry's 250 ms").ShouldBeEmpty();
    }

    private static IEnumerable<string> Differing(string text)
    {
        foreach (Match match in Mention.Matches(text))
        {
            var version = match.Groups["version"].Value;
            var used = ByName[match.Groups["name"].Value];
            if (!used.Any(one => one == version || one.StartsWith(version + ".", StringComparison.Ordinal)))
            {
                yield return match.Value;
            }
        }
    }

    /// <summary>The package's name and the short one that people use: the part of it that names the product.</summary>
    private static string[] NamesOf(string package) => package.Split('.') switch
    {
        ["Microsoft" or "System", .., var last] => [package, last],
        [var first, _, ..] => [package, first],
        _ => [package],
    };

    private static IEnumerable<object> VersionsOf(XElement item) =>
        item.Attributes().Where(attribute => attribute.Name.LocalName is "Version" or "VersionOverride").Cast<object>()
            .Concat(item.Elements().Where(element => element.Name.LocalName is "Version" or "VersionOverride"));

    private static IEnumerable<string> Files(string pattern) =>
        Folders(Script.Root).SelectMany(folder => Directory.EnumerateFiles(folder, pattern));

    private static IEnumerable<string> Folders(string root) =>
        Directory.EnumerateDirectories(root).Where(folder => !Foreign.Contains(Path.GetFileName(folder))).SelectMany(Folders).Prepend(root);

    [GeneratedRegex(@"^(npm:[\w/@.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$")]
    private static partial Regex ExactVersion();

    [GeneratedRegex(@"<!-- ([a-z-]+): written by [^>]*-->.*?<!-- end of \1 -->", RegexOptions.Singleline)]
    private static partial Regex MeasuredBlock();
}
