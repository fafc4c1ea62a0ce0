using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Gateway.Tokens;

namespace Gateway.Tests;

/// <summary>The rules of the house that a machine can check.</summary>
public sealed partial class ConventionTests
{
    private const int MaxLines = 300;

    private static readonly DirectoryInfo Source = FindSource();

    private static readonly Type[] Types =
    [
        .. typeof(AccessTokenValidator).Assembly.GetTypes().Where(type => !IsGenerated(type)),
    ];

    [Fact]
    public void Types_are_internal()
    {
        Types.Where(type => type.IsPublic || type.IsNestedPublic && IsVisible(type.DeclaringType!)).ShouldBeEmpty();
    }

    [Fact]
    public void Classes_are_sealed_or_static_or_abstract()
    {
        Types.Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Gateway.Jose")]
    [InlineData("Gateway.Issuers")]
    [InlineData("Gateway.Tokens")]
    [InlineData("Gateway.Revocation")]
    public void Tokens_issuers_and_revocation_never_see_an_http_context(string name)
    {
        const BindingFlags all =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var ours = typeof(AccessTokenValidator).Assembly.GetTypes().Where(type => type.Namespace == name).ToList();
        var seen = ours.SelectMany(type => type.GetMembers(all)).SelectMany(TypesOf);

        ours.ShouldNotBeEmpty();
        seen.Where(type => type.Namespace?.StartsWith("Microsoft.AspNetCore.Http", StringComparison.Ordinal) == true).ShouldBeEmpty();
        FilesOf(name["Gateway.".Length..]).Where(file => HttpTypes().IsMatch(file.Text)).Select(file => file.Name).ShouldBeEmpty();
    }

    [Fact]
    public void Namespace_is_the_folder()
    {
        var files = FilesOf("");
        files.ShouldNotBeEmpty();
        foreach (var (name, text) in files.Where(file => NamespaceLine().IsMatch(file.Text)))
        {
            var folder = Path.GetDirectoryName(name)!.Replace(Path.DirectorySeparatorChar, '.');

            NamespaceLine().Match(text).Groups[1].Value.ShouldBe(folder.Length == 0 ? "Gateway" : $"Gateway.{folder}", name);
        }

        files.Where(file => !NamespaceLine().IsMatch(file.Text)).Select(file => file.Name).ShouldBe(["Program.cs"]);
    }

    [Fact]
    public void File_has_at_most_300_lines()
    {
        FilesOf("").Where(file => file.Text.Count(c => c == '\n') > MaxLines).Select(file => file.Name).ShouldBeEmpty();
    }

    [Fact]
    public void Lines_fit_the_width_of_the_editorconfig()
    {
        var width = File.ReadLines(Path.Combine(Source.Parent!.Parent!.FullName, ".editorconfig"))
            .Where(line => line.StartsWith("max_line_length", StringComparison.Ordinal))
            .Select(line => int.Parse(line.Split('=')[1], CultureInfo.InvariantCulture))
            .First();

        var wide =
            from file in FilesOf("")
            from line in file.Text.Split('\n')
            where line.TrimEnd('\r').Length > width
            select $"{file.Name}: {line}";
        wide.ShouldBeEmpty();
    }

    [Fact]
    public void Time_comes_from_a_time_provider()
    {
        FilesOf("").Where(file => WallClock().IsMatch(file.Text)).Select(file => file.Name).ShouldBeEmpty();
    }

    [Fact]
    public void Only_the_composition_and_the_commands_take_the_clock_of_the_system()
    {
        FilesOf("").Where(file => file.Text.Contains("TimeProvider.System", StringComparison.Ordinal))
            .Select(file => file.Name)
            .Where(name => name != Path.Combine("Host", "GatewayServices.cs") && !name.StartsWith("Commands", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b|\bStopwatch\b|\bTickCount(64)?\b")]
    private static partial Regex WallClock();

    [GeneratedRegex(
        @"\b(HttpContext|HttpRequest|HttpResponse|IHeaderDictionary|RequestDelegate|IFeatureCollection)\b|Microsoft\.AspNetCore\.Http\b")]
    private static partial Regex HttpTypes();

    private static bool IsGenerated(Type type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        || (type.DeclaringType is { } outer && IsGenerated(outer))
        || type.Namespace?.StartsWith("Gateway", StringComparison.Ordinal) != true;

    private static bool IsVisible(Type type) => type.IsPublic || (type.IsNestedPublic && IsVisible(type.DeclaringType!));

    private static IEnumerable<Type> TypesOf(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        PropertyInfo property => [property.PropertyType],
        MethodInfo method =>
            [method.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType), .. LocalsOf(method)],
        ConstructorInfo constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType),
        _ => [],
    };

    private static IEnumerable<Type> LocalsOf(MethodInfo method) =>
        method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? [];

    private static List<(string Name, string Text)> FilesOf(string folder) =>
    [
        .. new DirectoryInfo(Path.Combine(Source.FullName, folder)).EnumerateFiles("*.cs", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetRelativePath(Source.FullName, file.FullName), file.FullName))
            .Where(file => !file.Name.StartsWith("obj", StringComparison.Ordinal) && !file.Name.StartsWith("bin", StringComparison.Ordinal))
            .Select(file => (file.Name, File.ReadAllText(file.FullName))),
    ];

    private static DirectoryInfo FindSource()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
            {
                return new DirectoryInfo(Path.Combine(folder.FullName, "src", "Gateway"));
            }
        }

        throw new InvalidOperationException("The tests run from a build below the repository's root.");
    }
}
