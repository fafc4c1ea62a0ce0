using System.Security.Claims;
using Gateway.Jose;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Gateway.Authentication;

/// <summary>
/// The user of a request whose token was verified: <c>HttpContext.User</c> and the authenticate result of ASP.NET Core. Both are made when
/// something asks for them, which the proxy path never does. The principal is the request's own; its identity is the token's.
/// </summary>
internal sealed class RequestUser(VerifiedToken token) : IHttpAuthenticationFeature, IAuthenticateResultFeature
{
    private ClaimsPrincipal? _user;
    private AuthenticateResult? _result;
    private bool _isReplaced;
    private volatile bool _isWithdrawn;

    /// <summary>Why the token no longer counts; null while it does.</summary>
    public TokenRejection? Withdrawn { get; private set; }

    public ClaimsPrincipal? User
    {
        get => _isWithdrawn ? new ClaimsPrincipal(new ClaimsIdentity()) : _isReplaced ? _user : _user ??= new ClaimsPrincipal(token.Identity);
        set => (_user, _result, _isReplaced) = (value, null, true);
    }

    public AuthenticateResult? AuthenticateResult
    {
        get => _isWithdrawn ? BearerResult.Failure(Withdrawn!) : _isReplaced ? _result : _result ??= BearerResult.Success(User!, token.Token);
        set => (_user, _result, _isReplaced) = (value?.Principal, value, true);
    }

    /// <summary>Makes it the request's user, for everything of ASP.NET Core that asks for one.</summary>
    // By the types themselves: Set<T>() asks the runtime first which method that is, each time.
    public void AttachTo(HttpContext context)
    {
        var features = context.Features;
        features[typeof(IHttpAuthenticationFeature)] = this;
        features[typeof(IAuthenticateResultFeature)] = this;
    }

    /// <summary>
    /// The token of a live connection was revoked or has expired: code that still runs for it finds an anonymous user. A principal that it
    /// took before is its own.
    /// </summary>
    public void Withdraw(RejectionReason reason)
    {
        Withdrawn = new TokenRejection(reason, token.Token.Issuer.Name);
        _isWithdrawn = true;
    }
}
