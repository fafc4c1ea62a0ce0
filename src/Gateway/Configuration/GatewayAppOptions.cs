namespace Gateway.Configuration;

/// <summary>The inputs of a start besides yarp.json.</summary>
internal sealed record GatewayAppOptions
{
    /// <summary>The path of yarp.json.</summary>
    public required string ConfigFile { get; init; }

    /// <summary>
    /// Development or Production; null takes <c>ASPNETCORE_ENVIRONMENT</c> or <c>DOTNET_ENVIRONMENT</c>, else Production.
    /// </summary>
    public string? Environment { get; init; }

    /// <summary>Settings that win over file and environment.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>For hosts of the gateway that replace a service, such as the clock.</summary>
    public Action<WebApplicationBuilder>? Configure { get; init; }
}
