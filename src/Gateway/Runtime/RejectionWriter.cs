using System.Collections.Immutable;
using Gateway.Authentication;
using Gateway.Errors;
using Gateway.Jose;
using Microsoft.Extensions.Primitives;

namespace Gateway.Runtime;

/// <summary>
/// Writes the response to a rejected request: RFC 6750 challenge and RFC 9457 body, both from <see cref="Rejections"/> and made once,
/// because a flood of bad tokens must not cost a JSON writer for each request. The public body is the same for every bad token, so that it
/// tells an attacker nothing; the reason is added only when detailed errors are on.
/// </summary>
internal sealed class RejectionWriter
{
    private readonly ImmutableArray<Answer?> _answers;
    private readonly DpopChallenge _dpop;

    public RejectionWriter(bool detailed, DpopChallenge dpop)
    {
        _dpop = dpop;
        _answers =
        [
            null,
            .. Enum.GetValues<RejectionReason>().Select(reason => Prepare(Rejections.Of(reason), detailed)),
        ];
    }

    /// <param name="parameters">Further parameters of the challenge; null for none.</param>
    /// <param name="isBindingRequired">Whether the route accepts only tokens that are bound to their sender.</param>
    /// <param name="source">Reads the source of the token that is rejected; null for the token sources without a name.</param>
    public Task WriteAsync(
        HttpContext context, RejectionReason reason, string? requiredScope, string? parameters = null, bool isBindingRequired = false,
        TokenReader? source = null)
    {
        var answer = _answers[(int)reason]!;
        var response = context.Response;
        response.StatusCode = answer.Rejection.Status;
        if (answer.Challenge is not { } challenge)
        {
            response.SetRetryAfter();
        }
        else
        {
            // Scope names and parameters come from the configuration, whose check admits only characters that need no escaping here.
            var wanted = WantedOf(requiredScope, parameters);
            response.Headers.WWWAuthenticate = _dpop.IsFor(context, reason, isBindingRequired, source)
                ? _dpop.With(context, answer.Rejection.Error, wanted, source)
                : wanted is null ? challenge : $"{challenge}{(answer.Rejection.Error is null ? " " : ", ")}{wanted}";
        }

        Problem.Write(context, answer.Problem);
        return Task.CompletedTask;
    }

    /// <summary>What the client has to ask its issuer for; null for nothing.</summary>
    private static string? WantedOf(string? requiredScope, string? parameters) =>
        requiredScope is null ? parameters : $"scope=\"{requiredScope}\"{(parameters is null ? "" : ", ")}{parameters}";

    private static Answer Prepare(Rejection rejection, bool detailed) => new(
        rejection,
        rejection.Status == StatusCodes.Status503ServiceUnavailable
            ? (StringValues?)null
            : new StringValues(rejection.Error is null ? "Bearer" : $"Bearer error=\"{rejection.Error}\""),
        Problem.Prepare(rejection.Status, rejection.Error, detailed ? rejection.Tag : null));

    private sealed record Answer(Rejection Rejection, StringValues? Challenge, PreparedProblem Problem);
}
