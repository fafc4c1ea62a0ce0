using Gateway.Authentication;
using Gateway.Runtime;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Pipeline.Bearer;

/// <summary>A verified token in the form that JwtBearer passes on, with the configuration that verified it.</summary>
internal sealed class BearerToken(VerifiedToken token, GatewaySnapshot snapshot) : SecurityToken
{
    public VerifiedToken Token => token;

    public GatewaySnapshot Snapshot => snapshot;

    public override string? Id => token.Token.TokenId;

    public override string Issuer => token.Token.Issuer.Issuer;

    // No keys are exposed: only the gateway's validation uses the keys of an issuer.
    public override SecurityKey? SecurityKey => null;

    public override SecurityKey? SigningKey
    {
        get => null;
        set => throw new NotSupportedException();
    }

    // The gateway has checked the times; JwtBearer copies these only if they are set.
    public override DateTime ValidFrom => default;

    public override DateTime ValidTo => default;
}
