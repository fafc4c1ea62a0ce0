
namespace Gateway.Settings;

/// <summary>One error of the configuration: place, problem and cure. It never contains the value of a secret.</summary>
internal sealed record ConfigurationError(string Location, string Path, string Problem, string Cure, string Rule = ErrorRules.File)
{
    public override string ToString() => Path.Length == 0 ? $"{Location}: {Problem} {Cure}" : $"{Location}: {Path}: {Problem} {Cure}";
}

/// <summary>The configuration is invalid. <see cref="Errors"/> holds all errors.</summary>
#pragma warning disable CA1032, CA1064 // Always thrown with its errors, and only inside this assembly.
internal sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
#pragma warning restore CA1032, CA1064
{
    public IReadOnlyList<ConfigurationError> Errors => errors;
}

/// <summary>Collects all errors, so that an operator can correct the file in one pass.</summary>
/// <param name="rule">The rule id of the errors, for pipelines.</param>
internal sealed class ConfigurationReport(YarpJson document, IConfiguration configuration, string rule = ErrorRules.Schema)
{
    // The addresses of --urls. Messages show them, because an address is not a secret.
    private const string Urls = "Urls";

    private readonly List<(ConfigurationError Error, FileSetting? Place)> _errors = [];
    // Paths of settings that a misspelled key most likely means.
    private readonly List<string> _distrusted = [];
    private string[] _schemaErrors = [];
    // The rule id of the errors to come; EndSchema changes it.
    private string _rule = rule;

    /// <summary>The errors in the order of the file. Errors without a place in the file come first.</summary>
    public IReadOnlyList<ConfigurationError> Errors =>
        [.. _errors.OrderBy(entry => entry.Place?.Line).ThenBy(entry => entry.Place?.Column).Select(entry => entry.Error)];

    public int Count => _errors.Count;

    public bool HasErrors => _errors.Count > 0;

    /// <summary>The paths of the errors so far.</summary>
    public IEnumerable<string> Paths => _errors.Select(entry => entry.Error.Path);

    /// <summary>Compares whole keys: <c>Gateway:Keys</c> is not above <c>Gateway:KeysX</c>.</summary>
    public static bool IsAtOrBelow(string path, string ancestor) =>
        path.StartsWith(ancestor, StringComparison.OrdinalIgnoreCase) && (path.Length == ancestor.Length || path[ancestor.Length] == ':');

    /// <summary>
    /// Suppresses further errors for this setting: a reported key is probably a misspelling of it, and "this setting is required" would
    /// mislead.
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
        _rule = ErrorRules.Meaning;
    }

    /// <param name="path">Keys joined by colons, as in <c>Gateway:Issuers:shop:Audiences</c>.</param>
    /// <param name="rule">The rule id of this error; null for that of the report.</param>
    public void Error(string path, string problem, string cure, string? rule = null)
    {
        if (_rule == ErrorRules.Meaning
            && (_schemaErrors.Any(known => IsAtOrBelow(path, known) || IsParent(path, known))
                || _distrusted.Any(known => IsAtOrBelow(path, known))))
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
        _errors.Add((new ConfigurationError(location, path, problem, cure, rule ?? _rule), place));
    }

    /// <summary>Reports a value outside of the bounds, which the cure names. Null is never reported.</summary>
    public void Range<T>(string path, T? value, T least, T most)
        where T : struct, IComparable<T>
    {
        if (value is { } given && (given.CompareTo(least) < 0 || given.CompareTo(most) > 0))
        {
            Error(path, "this is out of range.", $"Choose {TextOf(least)} to {TextOf(most)}.");
        }
    }

    /// <summary>True when the file has this setting, valid or not. A reference to an invalid definition is not a second error.</summary>
    public bool IsInFile(string path) => document.Find(path) is not null;

    public bool HasErrorsBelow(string path) => Paths.Any(known => IsAtOrBelow(known, path));

    public void ThrowIfAny()
    {
        if (HasErrors)
        {
            throw new ConfigurationException(Errors);
        }
    }

    private static string TextOf<T>(T bound) => bound is TimeSpan { Milliseconds: not 0 } time ? $@"{time:hh\:mm\:ss\.fff}" : $"{bound}";

    private static bool IsParent(string path, string child) =>
        IsAtOrBelow(child, path) && child.LastIndexOf(':') == path.Length;

    /// <summary>
    /// The position in the file, or the override that replaces the setting. A missing setting is reported at its closest parent.
    /// </summary>
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
