using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>The checks of a token before its signature. <see cref="AccessTokenValidator"/> makes them in this order, that of their cost.</summary>
internal enum TokenStep
{
    Form,
    Header,
    Payload,
    Algorithm,
    Issuer,
    IssuerAlgorithm,
    Type,
    Claims,
    Times,
    Audience,
    RequiredClaims,
    Key,
}

/// <summary>The reason to reject the token, or null with what was found out.</summary>
internal delegate RejectionReason? TokenStepCheck(AccessTokenValidator validator, ref TokenInspection token);

/// <summary>One check, and the earlier ones that must have passed for it to make sense.</summary>
internal sealed record TokenStepRow(TokenStep Step, TokenStepCheck Check, params TokenStep[] Needs);
