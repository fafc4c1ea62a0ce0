using Gateway.Foundation;
using Gateway.Policies;

namespace Gateway.Identity;

/// <summary>The checked form of <see cref="AssertionOptions"/>. Its keys are not part of it, because they change on their own.</summary>
/// <param name="KeyFile">Full path.</param>
/// <param name="Audience">Null for the id of the cluster.</param>
internal sealed record AssertionSettings(
    string Header, string KeyFile, string Issuer, string? Audience, TimeSpan Lifetime, string Type, ValueArray<AssertedClaim> Claims,
    string JwksPath)
{
    public const string DefaultHeader = "X-Auth-Assertion";

    /// <summary>Stands for the id of the cluster.</summary>
    public const string ClusterAudience = "$cluster";

    public string AudienceOf(string cluster) => Audience ?? cluster;
}

/// <summary>A claim of the assertion and the claim of the token that fills it.</summary>
internal sealed record AssertedClaim(string Name, ClaimPath Path);
