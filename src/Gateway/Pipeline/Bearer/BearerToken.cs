using Gateway.Authentication;
using Gateway.Runtime;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Pipeline.Bearer;

/// <summary>A verified token as JwtBearer hands it on, with the configuration that it was verified by.</summary>
internal sealed class BearerToken(VerifiedToken token, GatewaySnapshot snapshot) : SecurityToken
{
    public VerifiedToken Token => token;

    public GatewaySnapshot Snapshot => snapshot;

    public override string? Id => token.Token.TokenId;

    public override string Issuer => token.Token.Issuer.Issuer;

    // The keys of an issuer verify access tokens in our pipeline only.
    public override SecurityKey? SecurityKey => null;

    public override SecurityKey? SigningKey
    {
        get => null;
        set => throw new NotSupportedException();
    }

    public override DateTime ValidFrom => default;

    public override DateTime ValidTo => default;
}
