using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Gateway.Configuration;
using Gateway.Revocation;
using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Management;

/// <summary><c>GET /admin/config</c>: the configuration in effect, its age, and the errors of a later change.</summary>
internal sealed class ConfigurationAdministration(LiveGateway live, ConfigurationStatus status, RevocationList revocations)
{
    public void Map(IEndpointRouteBuilder admin) => admin.MapGet("/config", () =>
        Results.Json(Describe(), ConfigurationJson.Default.ConfigurationDescription));

    private ConfigurationDescription Describe()
    {
        var (snapshot, state) = (live.Current, status.Current);
        return new ConfigurationDescription(
            status.File,
            state.Hash,
            snapshot.Revision,
            state.Since,
            state.LastFailure is { } failure
                ? new FailureDescription(failure.At, failure.IsPending, [.. failure.Errors.Select(Describe)])
                : null,
            [.. state.AwaitingRestart],
            [.. snapshot.Reading.Warnings.Select(Describe)],
            new RevocationListDescription(
                revocations.IsStale, revocations.Set.Count, revocations.Lag?.TotalSeconds, revocations.MaxStaleness.TotalSeconds,
                revocations.Error),
            EffectiveConfiguration.Of(snapshot.Reading));
    }

    // A message may quote a setting, such as an address with a password in it.
    private static FindingDescription Describe(ConfigurationError error) => new(
        error.Rule, error.Location, error.Path, SecretSettings.ShowMessage(error.Problem), SecretSettings.ShowMessage(error.Cure));
}

/// <summary>The answer of <c>/admin/config</c>.</summary>
/// <param name="Hash">The SHA-256 of the file's content.</param>
/// <param name="Revision">Counts the configurations that were good since the start.</param>
/// <param name="LoadedAt">Since when it is in effect.</param>
/// <param name="LastFailure">Null when no change was rejected since the start.</param>
/// <param name="AwaitingRestart">The paths of changed settings that are read at the start only.</param>
internal sealed record ConfigurationDescription(
    string File, string Hash, string Revision, DateTimeOffset LoadedAt, FailureDescription? LastFailure, string[] AwaitingRestart,
    FindingDescription[] Warnings,
    RevocationListDescription Revocations, JsonObject Configuration);

/// <summary>The revocation list of this replica.</summary>
/// <param name="IsStale">
/// Whether it is older than <c>MaxStaleness</c>; then <c>OnRevocationUnavailable</c> decides, and /admin is read-only.
/// </param>
/// <param name="AgeSeconds">Seconds since it was last known to be complete; null when it never was.</param>
/// <param name="LastError">Why the last read of the store failed; null when it succeeded.</param>
internal sealed record RevocationListDescription(
    bool IsStale, int Entries, double? AgeSeconds, double MaxStalenessSeconds, string? LastError);

/// <summary>The last change of the file that did not take effect.</summary>
/// <param name="IsPending">True when the file is still the one that was rejected.</param>
internal sealed record FailureDescription(DateTimeOffset At, bool IsPending, FindingDescription[] Errors);

/// <summary>An error or a warning, with the place in the file and the cure.</summary>
internal sealed record FindingDescription(string Rule, string Place, string Setting, string Problem, string Cure);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ConfigurationDescription))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
