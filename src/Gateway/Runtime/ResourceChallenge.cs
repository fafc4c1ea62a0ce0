using Gateway.Policies;
using Gateway.RouteFeatures.Resources;

namespace Gateway.Runtime;

/// <summary>What the challenges of a route say of its resource, so that a client finds the issuer and knows what to ask it for.</summary>
/// <param name="Scope">The scopes that the policy asks for, else those of the resource; null for none.</param>
/// <param name="Metadata">The parameter <c>resource_metadata</c> (RFC 9728 section 5.1).</param>
internal sealed record ResourceChallenge(string? Scope, string Metadata)
{
    public static ResourceChallenge? Of(ProtectedResource? resource, RoutePolicy policy)
    {
        if (resource is null)
        {
            return null;
        }

        var asked = string.Join(' ', policy.AskedScopes);
        var scope = asked.Length > 0 ? asked : string.Join(' ', resource.Scopes);
        return new ResourceChallenge(scope.Length > 0 ? scope : null, resource.Challenge);
    }
}
