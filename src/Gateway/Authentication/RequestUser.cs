using System.Security.Claims;
using Gateway.Jose;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Gateway.Authentication;

/// <summary>
/// The user of a request with a verified token: <c>HttpContext.User</c> and the authenticate result of ASP.NET Core. Both are created on
/// first use; the proxy path never uses them. Each request has its own principal; all requests of a token share its identity.
/// </summary>
internal sealed class RequestUser(VerifiedToken token) : IHttpAuthenticationFeature, IAuthenticateResultFeature
{
    private ClaimsPrincipal? _user;
    private AuthenticateResult? _result;
    private bool _isReplaced;
    private volatile bool _isWithdrawn;

    /// <summary>The reason why the token is no longer valid; null while it is.</summary>
    public TokenRejection? Withdrawn { get; private set; }

    public ClaimsPrincipal? User
    {
        get =>
            _isWithdrawn ? new ClaimsPrincipal(new ClaimsIdentity()) : _isReplaced ? _user : _user ??= new ClaimsPrincipal(token.Identity);
        set => (_user, _result, _isReplaced) = (value, null, true);
    }

    public AuthenticateResult? AuthenticateResult
    {
        get =>
            _isWithdrawn ? BearerResult.Failure(Withdrawn!) : _isReplaced ? _result : _result ??= BearerResult.Success(User!, token.Token);
        set => (_user, _result, _isReplaced) = (value?.Principal, value, true);
    }

    /// <summary>Sets the user of the request for ASP.NET Core.</summary>
    // The indexer is faster than the generic method Set<T>().
    public void AttachTo(HttpContext context)
    {
        var features = context.Features;
        features[typeof(IHttpAuthenticationFeature)] = this;
        features[typeof(IAuthenticateResultFeature)] = this;
    }

    /// <summary>
    /// The token of a live connection was revoked or has expired. Code that still runs for it reads an anonymous user from now on; a
    /// principal that it read earlier does not change.
    /// </summary>
    public void Withdraw(RejectionReason reason)
    {
        Withdrawn = new TokenRejection(reason, token.Token.Issuer.Name);
        _isWithdrawn = true;
    }
}
