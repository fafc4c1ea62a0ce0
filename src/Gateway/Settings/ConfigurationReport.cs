
namespace Gateway.Settings;

/// <summary>One thing wrong with the configuration: where, what, and how to mend it. Never holds a secret's value.</summary>
internal sealed record ConfigurationError(string Location, string Path, string Problem, string Cure, string Rule = ErrorRules.File)
{
    public override string ToString() => Path.Length == 0 ? $"{Location}: {Problem} {Cure}" : $"{Location}: {Path}: {Problem} {Cure}";
}

/// <summary>The configuration has errors; they are all in here.</summary>
#pragma warning disable CA1032, CA1064 // Never thrown without its errors, nor seen outside this assembly.
internal sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
#pragma warning restore CA1032, CA1064
{
    public IReadOnlyList<ConfigurationError> Errors => errors;
}

/// <summary>Collects everything that is wrong, so that an operator mends a file once and not once for each error.</summary>
internal sealed class ConfigurationReport(YarpJson document, IConfiguration configuration)
{
    // The addresses of --urls. Messages show them, because an address is not a secret.
    private const string Urls = "Urls";

    private readonly List<(ConfigurationError Error, FileSetting? Place)> _errors = [];
    private readonly List<string> _distrusted = [];
    private string[] _schemaErrors = [];

    /// <summary>In the order of the file; what has no place there comes first.</summary>
    public IReadOnlyList<ConfigurationError> Errors =>
        [.. _errors.OrderBy(entry => entry.Place?.Line).ThenBy(entry => entry.Place?.Column).Select(entry => entry.Error)];

    /// <summary>What the findings from here on are reported as, for pipelines.</summary>
    public string Rule { get; set; } = ErrorRules.Schema;

    public int Count => _errors.Count;

    public bool HasErrors => _errors.Count > 0;

    /// <summary>The paths of the errors so far.</summary>
    public IEnumerable<string> Paths => _errors.Select(entry => entry.Error.Path);

    public static bool IsAtOrBelow(string path, string ancestor) =>
        path.StartsWith(ancestor, StringComparison.OrdinalIgnoreCase) && (path.Length == ancestor.Length || path[ancestor.Length] == ':');

    /// <summary>
    /// Suppresses further errors for this setting: a reported key is probably a misspelling of it, and "this is required" would mislead.
    /// </summary>
    public void Distrust(string? path)
    {
        if (path is not null)
        {
            _distrusted.Add(path);
        }
    }

    /// <summary>
    /// Ends the schema check. Later checks see a file without the rejected settings, so their errors for those settings, or for the object
    /// that contains one, would only repeat the schema's errors.
    /// </summary>
    public void EndSchema()
    {
        _schemaErrors = [.. Paths];
        Rule = ErrorRules.Meaning;
    }

    /// <param name="path">Keys joined by colons, as in <c>Gateway:Issuers:shop:Audiences</c>.</param>
    public void Error(string path, string problem, string cure)
    {
        if (Rule == ErrorRules.Meaning && (_schemaErrors.Any(known => IsAtOrBelow(path, known) || IsParent(path, known)) || _distrusted.Any(known => IsAtOrBelow(path, known))))
        {
            return;
        }

        var place = PlaceOf(path, out var isOverride);
        if (isOverride && path != Urls && configuration[path] is { Length: > 0 } value)
        {
            // An environment variable with a wrong name may hold a secret, so no message shows its value.
            problem = problem.Replace($"\"{value}\"", "\"...\"", StringComparison.Ordinal);
            cure = cure.Replace($"\"{value}\"", "\"...\"", StringComparison.Ordinal);
        }

        var location = isOverride ? $"override {path.Replace(":", "__", StringComparison.Ordinal)}"
            : place is { } setting ? $"{document.Name}:{setting.Line}:{setting.Column}"
            : $"{document.Name}:1:1";
        _errors.Add((new ConfigurationError(location, path, problem, cure, Rule), place));
    }

    /// <summary>Whether the file has this setting, valid or not: a reference to a rejected definition is not a second error.</summary>
    public bool IsInFile(string path) => document.Find(path) is not null;

    public bool HasErrorsBelow(string path) => Paths.Any(known => IsAtOrBelow(known, path));

    public void ThrowIfAny()
    {
        if (HasErrors)
        {
            throw new ConfigurationException(Errors);
        }
    }

    private static bool IsParent(string path, string child) =>
        IsAtOrBelow(child, path) && child.LastIndexOf(':') == path.Length;

    /// <summary>The file's line, or the override that wins over it; something that is missing is reported at its closest parent.</summary>
    private FileSetting? PlaceOf(string path, out bool isOverride)
    {
        var section = configuration.GetSection(path);
        isOverride = false;
        if (document.Find(path) is { } setting && (section.Value is null || section.Value == setting.Text))
        {
            return setting;
        }

        isOverride = section.Exists();
        return isOverride ? null : document.FindParent(path);
    }
}
