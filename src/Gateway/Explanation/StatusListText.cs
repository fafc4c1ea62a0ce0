using Gateway.Authentication;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Telemetry;
using Gateway.Tokens;
using Gateway.Tokens.StatusLists;

namespace Gateway.Explanation;

/// <summary>A token's place in a status list in words. No list is fetched for an explanation: the token is untrusted.</summary>
internal static class StatusListText
{
    private const string Expected = "status VALID in the list that the claim `status` names, if it names one";

    /// <summary>The state of the token in a list that this process has loaded already. Only for issuers with <c>StatusList</c>.</summary>
    public static ExplainedCheck Of(AccessToken token, RoutePolicy policy)
    {
        if (!TokenStatus.TryRead(token.Claims, token.Issuer, out var place))
        {
            return new ExplainedCheck(
                CheckName.StatusList, CheckOutcome.Failed, Expected, $"status {Shown.Claim(token.Claims, "status")}",
                $"Have the issuer write idx and uri, with an https address of {Shown.List(token.Issuer.StatusLists!.Settings.Origins)}, " +
                    "or add its origin to "
                + $"{IssuerSetting.PathOf(token.Issuer, "StatusList:Origins")}.", RejectionReason.BadClaim);
        }

        if (place is not { } known)
        {
            return new ExplainedCheck(CheckName.StatusList, CheckOutcome.Passed, Expected, "it names none");
        }

        var found = $"place {known.Index} of {Shown.Quoted(known.Name)}";
        if (token.Issuer.StatusLists!.Find(known.Name) is not { } list)
        {
            return new ExplainedCheck(CheckName.StatusList, CheckOutcome.NotChecked, Expected, $"{found}, which is not loaded here");
        }

        var status = list.StatusAt(known.Index);
        return (TokenValidity.ReasonOf(status, TokenValidity.OfRequest(policy)), status) switch
        {
            (null, RevocationStatus.Unavailable) =>
                new ExplainedCheck(
                    CheckName.StatusList, CheckOutcome.Passed, Expected, $"{found}, which cannot be loaded, and the policy allows that"),
            (null, _) => new ExplainedCheck(CheckName.StatusList, CheckOutcome.Passed, Expected, $"{found}: VALID"),
            (RejectionReason.Revoked, _) => new ExplainedCheck(
                CheckName.StatusList, CheckOutcome.Failed, Expected, $"{found}: not VALID, or beyond its end",
                "Have the client get a new token.", RejectionReason.Revoked),
            (var reason, _) => new ExplainedCheck(
                CheckName.StatusList, CheckOutcome.Failed, Expected,
                $"{found}, which cannot be used: {list.LastError ?? "it is not loaded yet"}",
                "Make the list reachable from here; GET /admin/issuers shows its state.", reason),
        };
    }
}
