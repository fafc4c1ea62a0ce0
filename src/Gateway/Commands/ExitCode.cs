namespace Gateway.Commands;

/// <summary>The exit codes of every command.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The configuration or the input has errors, or what was checked is revoked or rejected.</summary>
    public const int Findings = 1;

    /// <summary>The arguments are wrong.</summary>
    public const int Usage = 2;

    /// <summary>A file, a port or a store cannot be used at the moment.</summary>
    public const int Unavailable = 3;
}
