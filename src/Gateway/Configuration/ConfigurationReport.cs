namespace Gateway.Configuration;

/// <summary>One thing wrong with the configuration: where, what, and how to mend it. Never holds a secret's value.</summary>
internal sealed record ConfigurationError(string Location, string Path, string Problem, string Cure)
{
    public override string ToString() => $"{Location}: {Path}: {Problem} {Cure}";
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
    private readonly List<ConfigurationError> _errors = [];

    public IReadOnlyList<ConfigurationError> Errors => [.. _errors.OrderBy(error => error.Location, LocationComparer.Instance)];

    public bool HasErrors => _errors.Count > 0;

    /// <param name="path">Keys joined by colons, as in <c>Gateway:Issuers:shop:Audiences</c>.</param>
    public void Error(string path, string problem, string cure)
    {
        _errors.Add(new ConfigurationError(LocationOf(path), path, problem, cure));
    }

    public void ThrowIfAny()
    {
        if (HasErrors)
        {
            throw new ConfigurationException(Errors);
        }
    }

    /// <summary>The file's line, or the override that wins over it; something that is missing is reported at its closest parent.</summary>
    private string LocationOf(string path)
    {
        var section = configuration.GetSection(path);
        if (document.Find(path) is { } setting && (section.Value is null || section.Value == setting.Text))
        {
            return $"{document.Name}:{setting.Line}:{setting.Column}";
        }

        return section.Exists() ? $"override {path.Replace(":", "__", StringComparison.Ordinal)}" : document.LocationOfParent(path);
    }

    /// <summary>In the order of the lines, not of their digits.</summary>
    private sealed class LocationComparer : IComparer<string>
    {
        public static readonly LocationComparer Instance = new();

        public int Compare(string? x, string? y) => string.Compare(x, y, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.CompareOptions.NumericOrdering);
    }
}
