using System.Text;
using Gateway.Authentication;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Issuers.Introspection;
using Gateway.Jose;
using Gateway.Jose.Encryption;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Telemetry;
using Gateway.Tokens;
using Gateway.Tokens.Decryption;
using Gateway.Tokens.Introspection;

namespace Gateway.Explanation;

/// <summary>How an explanation learns whether a token is revoked.</summary>
/// <param name="Check">Null when no list of revocations can be read here.</param>
/// <param name="Source">The list, for the text of the check; without a list, why there is none.</param>
/// <param name="Lookup">What the gateway asks Redis with each request, and an explanation does not; null for nothing.</param>
internal sealed record RevocationAnswers(Func<AccessToken, RevocationStatus>? Check, string Source, LookupSettings? Lookup = null);

/// <summary>
/// Explains why a token is accepted or rejected. Runs the checks of <see cref="AccessTokenValidator"/> and <see cref="RoutePolicy"/>, also
/// after the first failure, and describes what each expected and found. The token is untrusted: no decision may depend on this result.
/// </summary>
/// <param name="isOffline">True when keys that are missing here may exist at the issuer.</param>
internal sealed class TokenExplainer(IssuerDirectory issuers, IdentityPlan identity, TimeProvider time, bool isOffline = false)
{
    private readonly AccessTokenValidator _validator = new(issuers, time);

    /// <summary>Explains one token of the sources without a name.</summary>
    /// <param name="route">The route's id, for the answer alone.</param>
    /// <param name="answer">What the issuer says about an opaque token; null when it was not asked.</param>
    public TokenExplanation Explain(
        ReadOnlySpan<char> text, string? route, RoutePolicy policy, RevocationAnswers revocations, IntrospectionAnswer? answer = null)
    {
        if (policy.IsAnonymous)
        {
            return new TokenExplanation(route, policy.Name, Verdict.Anonymous, null, []);
        }

        var checks = new List<ExplainedCheck>();
        var token = Walk(text, policy, revocations, answer, checks);
        checks.AddRange(PolicyExplainer.Explain(policy, token, time));
        return Conclude(route, policy, checks, checks.Find(check => check.Outcome == CheckOutcome.Failed));
    }

    /// <summary>
    /// The verdict of the checks. Without a failure the token counts as accepted only if its signature was verified or its issuer was
    /// asked: without either, its claims may be forged.
    /// </summary>
    /// <param name="rejected">The check that decides; null where none rejects.</param>
    public static TokenExplanation Conclude(
        string? route, RoutePolicy policy, IReadOnlyList<ExplainedCheck> checks, ExplainedCheck? rejected)
    {
        var verdict = rejected is not null ? policy.Mode == PolicyMode.Report ? Verdict.Reported : Verdict.Rejected
                : checks.Any(check => check is { Check: CheckName.Signature or CheckName.Introspection, Outcome: CheckOutcome.NotChecked })
                ? Verdict.Undecided
            : Verdict.Accepted;
        return new TokenExplanation(route, policy.Name, verdict, rejected?.Reason, checks);
    }

    /// <summary>Every check of one token up to the policy. Null when it cannot be read that far.</summary>
    public AccessToken? Walk(
        ReadOnlySpan<char> text, RoutePolicy policy, RevocationAnswers revocations, IntrospectionAnswer? answer,
        List<ExplainedCheck> checks)
    {
        // The order of the rows matters: the first failure is the reason that the explanation names.
        var token = WalkForm(text, answer, checks);
        checks.Add(OfIdentity(token));
        if (identity.Assertion is { } assertion)
        {
            checks.Add(OfAssertion(token, assertion));
        }

        checks.Add(OfRevocation(token, policy, revocations));
        if (token?.Issuer.StatusLists is not null)
        {
            checks.Add(StatusListText.Of(token, policy));
        }

        if (revocations.Lookup is { } lookup)
        {
            checks.Add(OfRevocationKeys(token, lookup));
        }

        checks.Add(BindingText.Of(token));
        return token;
    }

    /// <summary>What the token says of itself; null when it cannot be read that far.</summary>
    private AccessToken? WalkForm(ReadOnlySpan<char> text, IntrospectionAnswer? answer, List<ExplainedCheck> checks)
    {
        if (issuers.Introspecting is { } issuer && OpaqueToken.Is(text))
        {
            checks.Add(IntrospectionText.OfForm(text));
            return checks[0].Outcome == CheckOutcome.Passed ? WalkAnswer(text, issuer, answer, checks) : null;
        }

        if (issuers.Decryptions.IsEmpty || !EncryptedToken.Is(text))
        {
            return WalkSteps(text, checks);
        }

        var decrypted = TokenDecryption.Decrypt(text.ToString(), issuers);
        checks.Add(EncryptionText.OfDecryption(text, issuers, decrypted));
        return decrypted.Keys is null ? null : WalkSteps(decrypted.Signed.Span, checks, decrypted, text);
    }

    /// <summary>
    /// Runs the table of <see cref="AccessTokenValidator"/>, also after a failure, as far as each step has what it needs.
    /// </summary>
    /// <param name="decrypted">Where the text comes from, if it was encrypted.</param>
    /// <param name="sent">The encrypted token.</param>
    private AccessToken? WalkSteps(
        ReadOnlySpan<char> text, List<ExplainedCheck> checks, in DecryptedToken decrypted = default, ReadOnlySpan<char> sent = default)
    {
        var words = new StepText(issuers, time.GetUtcNow());
        var inspection = new TokenInspection(text);
        var passed = new HashSet<TokenStep>();
        foreach (var step in AccessTokenValidator.Steps)
        {
            var name = CheckName.Of(step.Step);
            if (step.Needs.Except(passed).ToArray() is [var missing, ..])
            {
                checks.Add(
                    new ExplainedCheck(
                        name, CheckOutcome.NotChecked, $"good {CheckName.Of(missing)} first",
                        $"{CheckName.Of(missing)} failed, or could not be checked"));
                continue;
            }

            var reason = step.Check(_validator, ref inspection);
            if (reason is null)
            {
                passed.Add(step.Step);
            }

            // Offline, an unknown key may be a key that only the issuer has, so it is no failure.
            checks.Add(step.Step == TokenStep.Key && reason is not null && isOffline && IsElsewhere(inspection.Issuer!)
                ? Row(name, CheckOutcome.NotChecked, KeyText.OfAbsentKey(inspection.Issuer!.Keys), null)
                : Row(name, reason is null ? CheckOutcome.Passed : CheckOutcome.Failed, words.Of(step.Step, inspection, reason), reason));
        }

        if (decrypted.Keys is not null && inspection.Issuer is { } owner)
        {
            checks.Add(EncryptionText.OfOwner(owner, decrypted));
        }

        checks.Add(OfSignature(inspection));
        // The later checks (identity, revocation, policy) read claims only, so they are explained for a token with a bad signature too.
        return passed.Contains(TokenStep.Claims) && inspection is { Issuer: { } issuer, Algorithm: { } algorithm }
            ? UnverifiedToken.Describe(text, issuer, inspection.Claims, inspection.Registered, algorithm, sent)
            : null;
    }

    /// <summary>The checks of what the issuer said about an opaque token.</summary>
    private AccessToken? WalkAnswer(ReadOnlySpan<char> text, IssuerProfile issuer, IntrospectionAnswer? answer, List<ExplainedCheck> checks)
    {
        checks.Add(IntrospectionText.OfAnswer(issuer, answer));
        if (answer?.Claims is not { } claims)
        {
            return null;
        }

        var words = new StepText(issuers, time.GetUtcNow());
        var inspection = IntrospectedToken.Begin(text, issuer, claims);
        var hasClaims = false;
        foreach (var step in IntrospectedToken.Steps)
        {
            var name = CheckName.Of(step.Step);
            if (step.Needs.Length > 0 && !hasClaims)
            {
                checks.Add(new ExplainedCheck(name, CheckOutcome.NotChecked, "good claims first", "claims failed"));
                continue;
            }

            var reason = step.Check(_validator, ref inspection);
            hasClaims |= step.Step == TokenStep.Claims && reason is null;
            var row = step.Step switch
            {
                TokenStep.Type => IntrospectionText.OfType(inspection),
                TokenStep.RequiredClaims => ClaimText.OfTokenId(inspection.Registered, issuer),
                _ => words.Of(step.Step, inspection, reason),
            };
            checks.Add(Row(name, reason is null ? CheckOutcome.Passed : CheckOutcome.Failed, row, reason));
        }

        return hasClaims ? IntrospectedToken.Describe(inspection) : null;
    }

    /// <summary>True when the issuer's keys are fetched over the network and the last load has not failed.</summary>
    private static bool IsElsewhere(IssuerProfile issuer) => issuer.Keys.Source.IsRemote && issuer.Keys.State.Error is null;

    /// <summary>The signature, where a key was found. The only check that proves who made the token.</summary>
    private static ExplainedCheck OfSignature(scoped in TokenInspection token)
    {
        if (token.Key is not { } key)
        {
            return new ExplainedCheck(
                CheckName.Signature, CheckOutcome.NotChecked, "the signature verifies with the issuer's key", "no key to check it with");
        }

        var isSigned = TokenParts.IsSigned(token.Text, token.Algorithm!, key);
        return Row(
            CheckName.Signature, isSigned ? CheckOutcome.Passed : CheckOutcome.Failed, KeyText.OfSignature(token, isSigned),
            isSigned ? null : RejectionReason.BadSignature);
    }

    /// <summary>
    /// Whether the identity headers can be made. The real ones are made here, so the limits are the same as for a request.
    /// </summary>
    private ExplainedCheck OfIdentity(AccessToken? token)
    {
        const string expected = "what the identity headers say about the caller fits into them";
        return token is null
            ? ExplainedCheck.OfUnreadToken(CheckName.Identity, expected)
                : identity.TryCreate(token, out var headers)
                ? new ExplainedCheck(
                    CheckName.Identity, CheckOutcome.Passed, expected, $"{Shown.List(headers.Select(header => header.Name))}")
            : new ExplainedCheck(
                CheckName.Identity, CheckOutcome.Failed, expected, "a value that is too long",
                "Map fewer claims under Gateway:Identity:Headers, or have the issuer put less into them.",
                RejectionReason.TooLarge);
    }

    /// <summary>Whether the signed assertion fits into its header. Its claims are shown; nothing is signed.</summary>
    private ExplainedCheck OfAssertion(AccessToken? token, AssertionSettings assertion)
    {
        const string expected = "what the signed assertion says about the caller fits into its header";
        if (token is null || !identity.TryCreate(token, out var headers))
        {
            return new ExplainedCheck(
                CheckName.Assertion, CheckOutcome.NotChecked, expected,
                "the token could not be read so far, or its identity headers are too long");
        }

        return identity.TryAssert(token, headers, out var claims)
            ? new ExplainedCheck(
                CheckName.Assertion, CheckOutcome.Passed, expected,
                $"{assertion.Header} with {Shown.Text(Encoding.UTF8.GetString(claims!))}")
            : new ExplainedCheck(
                CheckName.Assertion, CheckOutcome.Failed, expected, $"its claims have {claims!.Length} bytes",
                "Map fewer claims under Gateway:Identity:Assertion:Claims, or have the issuer put less into them.",
                RejectionReason.TooLarge);
    }

    /// <summary>The revocation list, decided as <see cref="TokenValidity"/> decides for a request of this policy.</summary>
    private static ExplainedCheck OfRevocation(AccessToken? token, RoutePolicy policy, RevocationAnswers revocations)
    {
        const string expected = "no revocation of the token, its subject, session, client or issuer";
        if (token is null || revocations.Check is not { } check)
        {
            return new ExplainedCheck(
                CheckName.Revocation, CheckOutcome.NotChecked, expected,
                token is null ? "the token could not be read so far" : revocations.Source);
        }

        var status = check(token);
        return (TokenValidity.ReasonOf(status, TokenValidity.OfRequest(policy)), status) switch
        {
            (RejectionReason.Revoked, _) => new ExplainedCheck(
                CheckName.Revocation, CheckOutcome.Failed, expected, $"revoked, says {revocations.Source}",
                "Have the client get a new token. `gateway revocations list` shows who revoked what and why, `gateway revocations " +
                    "restore` takes it back.",
                RejectionReason.Revoked),
            (RejectionReason.RevocationUnavailable, _) => new ExplainedCheck(
                CheckName.Revocation, CheckOutcome.Failed, expected, $"{revocations.Source} is too old to say",
                "Make the revocation store reachable: see /readyz?verbose and Gateway:Revocation.", RejectionReason.RevocationUnavailable),
            (_, RevocationStatus.Unavailable) => new ExplainedCheck(
                CheckName.Revocation, CheckOutcome.Passed, expected, $"{revocations.Source} is too old to say, and the policy allows that"),
            _ => new ExplainedCheck(CheckName.Revocation, CheckOutcome.Passed, expected, $"none, says {revocations.Source}"),
        };
    }

    // Not queried: an explanation must not access keys that an untrusted token names.
    private static ExplainedCheck OfRevocationKeys(AccessToken? token, LookupSettings lookup)
    {
        const string expected = "none of the token's keys of Gateway:Revocation:Lookup exists in Redis";
        if (token is null)
        {
            return ExplainedCheck.OfUnreadToken(CheckName.RevocationKeys, expected);
        }

        var keys = lookup.KeysOf(token);
        return keys.IsEmpty
            ? new ExplainedCheck(
                CheckName.RevocationKeys, CheckOutcome.Failed, expected,
                "no key: the token lacks the values of all of them, so it could never be revoked",
                "Have the issuer put into its tokens what the keys name, or name something else in Gateway:Revocation:Lookup:Keys.",
                RejectionReason.MissingClaim)
            : new ExplainedCheck(
                CheckName.RevocationKeys, CheckOutcome.NotChecked, expected,
                $"asked of Redis with each request, not here: EXISTS {Shown.List(keys)}");
    }

    private static ExplainedCheck Row(string name, CheckOutcome outcome, CheckText text, RejectionReason? reason) =>
        new(name, outcome, text.Expected, text.Found, outcome == CheckOutcome.Passed ? null : text.Cure, reason);
}
