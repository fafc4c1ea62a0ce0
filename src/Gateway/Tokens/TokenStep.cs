using System.Collections.Immutable;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>The checks of a token before its signature, in the order in which <see cref="AccessTokenValidator"/> runs them.</summary>
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

/// <summary>Runs a check and stores its result in the inspection. Returns the reason to reject the token, or null.</summary>
internal delegate RejectionReason? TokenStepCheck(AccessTokenValidator validator, ref TokenInspection token);

/// <summary>One check, and the earlier checks whose results it reads.</summary>
internal sealed record TokenStepRow(TokenStep Step, TokenStepCheck Check, params ImmutableArray<TokenStep> Needs);
