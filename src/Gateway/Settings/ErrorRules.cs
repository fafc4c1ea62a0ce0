namespace Gateway.Settings;

/// <summary>The rule ids of errors, for pipelines that read findings. Warnings have their own: RiskRules.</summary>
internal static class ErrorRules
{
    /// <summary>The file cannot be read or is not JSON.</summary>
    public const string File = "GW001";

    /// <summary>A key is unknown, or a value has the wrong type.</summary>
    public const string Schema = "GW002";

    /// <summary>A value is well-formed but cannot be used.</summary>
    public const string Meaning = "GW003";
}
