using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Gateway.Sandbox;

/// <summary>
/// Who may ask for what, and what a valid token request is granted. OpenIddict has checked the form and the presented tokens.
/// </summary>
internal sealed class Grants(Sessions sessions)
{
    /// <summary>Not OAuth: a developer picks the signing key by hand.</summary>
    public const string Algorithm = "alg";

    // In refresh tokens only: which of a session's refresh tokens this is.
    private const string RefreshId = "refresh_id";

    public static ValueTask CheckClient(BaseValidatingContext context)
    {
        if (DevelopmentClient.Authenticate(context.Transaction.Request?.ClientId, context.Transaction.Request?.ClientSecret) is null)
        {
            context.Reject(OpenIddictConstants.Errors.InvalidClient, "The client is unknown or its secret is wrong.");
        }

        return default;
    }

    public static ValueTask CheckRequest(ValidateTokenRequestContext context)
    {
        var request = context.Request;
        if (DevelopmentClient.Authenticate(request.ClientId, request.ClientSecret) is { } client
            && !client.GrantTypes.Contains(request.GrantType))
        {
            context.Reject(OpenIddictConstants.Errors.UnauthorizedClient, $"The client {client.Id} may not use {request.GrantType}.");
        }
        else if ((string?)request[Algorithm] is { } algorithm && !SigningKeys.Algorithms.Contains(algorithm))
        {
            context.Reject(
                OpenIddictConstants.Errors.InvalidRequest, "The algorithms are " + string.Join(", ", SigningKeys.Algorithms) + ".");
        }

        return CheckClient(context);
    }

    public async ValueTask GrantAsync(HandleTokenRequestContext context)
    {
        var request = context.Request;
        var identity = new ClaimsIdentity(context.Principal?.Claims ?? [], "sandbox");
        var refreshId = RandomNumberGenerator.GetHexString(32, lowercase: true);
        if (request.IsPasswordGrantType())
        {
            if (DevelopmentUser.Authenticate(request.Username, request.Password) is not { } user)
            {
                context.Reject(OpenIddictConstants.Errors.InvalidGrant, "The user is unknown or the password is wrong.");
                return;
            }

            var session = RandomNumberGenerator.GetHexString(32, lowercase: true);
            sessions.Begin(session, refreshId);
            identity.SetClaim(Claims.Subject, user.Name).SetClaim(Sessions.Id, session);
            if (user.Roles.Count > 0)
            {
                identity.AddClaim(new Claim("roles", JsonSerializer.Serialize(user.Roles), "JSON_ARRAY"));
            }
        }
        else if (request.IsRefreshTokenGrantType())
        {
            var token = context.Principal!;
            if (!sessions.TryAdvance(token.GetClaim(Sessions.Id)!, token.GetClaim(RefreshId)!, refreshId))
            {
                // Which of the two holders is the thief cannot be told, so the session ends for both (RFC 9700 4.14.2).
                await sessions.RevokeAsync(token, "refresh token reuse", context.CancellationToken);
                context.Reject(OpenIddictConstants.Errors.InvalidGrant, "The refresh token was used before, or its session has ended.");
                return;
            }
        }
        else if (request.IsClientCredentialsGrantType())
        {
            // RFC 9068 2.2: without a resource owner, the subject is the client.
            identity.SetClaim(Claims.Subject, request.ClientId);
        }
        else if (HasEnded(context.Principal))
        {
            context.Reject(OpenIddictConstants.Errors.InvalidGrant, "The session of the subject token has ended.");
            return;
        }

        var scopes = request.GetScopes();
        scopes = !scopes.IsEmpty ? scopes : identity.GetScopes() is { IsEmpty: false } granted ? granted : [DevelopmentClient.DefaultScope];
        // OpenIddict issues a refresh token for the scope offline_access.
        identity.SetScopes(request.IsPasswordGrantType() ? scopes.Add(Scopes.OfflineAccess) : scopes)
            .SetResources(DevelopmentClient.Api)
            .SetClaim(RefreshId, refreshId)
            .SetDestinations(static claim => claim.Type == RefreshId ? [] : [Destinations.AccessToken]);
        context.SignIn(new ClaimsPrincipal(identity));
    }

    /// <summary>RFC 7009 2.1: with a refresh token go the access tokens of its session.</summary>
    public ValueTask RevokeAsync(HandleRevocationRequestContext context) => sessions.RevokeAsync(
        context.GenericTokenPrincipal, "revocation request", context.CancellationToken,
        tokenOnly: !context.GenericTokenPrincipal.HasTokenType(TokenTypeIdentifiers.RefreshToken));

    public ValueTask CheckSession(HandleIntrospectionRequestContext context)
    {
        if (HasEnded(context.GenericTokenPrincipal))
        {
            context.Reject(OpenIddictConstants.Errors.InvalidToken, "The session has ended.");
        }

        return default;
    }

    private bool HasEnded(ClaimsPrincipal? token) => token?.GetClaim(Sessions.Id) is { } session && !sessions.Has(session);
}
