
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
    private readonly List<(ConfigurationError Error, FileSetting? Place)> _errors = [];

    /// <summary>In the order of the file; what has no place there comes first.</summary>
    public IReadOnlyList<ConfigurationError> Errors =>
        [.. _errors.OrderBy(entry => entry.Place?.Line).ThenBy(entry => entry.Place?.Column).Select(entry => entry.Error)];

    /// <summary>What the findings from here on are reported as, for pipelines.</summary>
    public string Rule { get; set; } = ErrorRules.Schema;

    public int Count => _errors.Count;

    public bool HasErrors => _errors.Count > 0;

    /// <param name="path">Keys joined by colons, as in <c>Gateway:Issuers:shop:Audiences</c>.</param>
    public void Error(string path, string problem, string cure)
    {
        var place = PlaceOf(path, out var isOverride);
        var location = isOverride ? $"override {path.Replace(":", "__", StringComparison.Ordinal)}"
            : place is { } setting ? $"{document.Name}:{setting.Line}:{setting.Column}"
            : document.Name;
        _errors.Add((new ConfigurationError(location, path, problem, cure, Rule), place));
    }

    public void ThrowIfAny()
    {
        if (HasErrors)
        {
            throw new ConfigurationException(Errors);
        }
    }

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
