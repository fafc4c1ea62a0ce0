using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Telemetry;

namespace Gateway.Issuers.Introspection;

/// <summary>
/// Asks the issuer about opaque tokens, so that neither clients nor the server can do harm: one call for all requests that bring the same
/// token, a bounded rate for tokens that were never active, a bounded number under way, and none while the server does not respond. A call
/// goes on when its client leaves; the others still wait for it.
/// </summary>
internal sealed partial class Introspector(IntrospectionClient client, GatewayMetrics metrics, ILogger<Introspector> logger)
{
    /// <summary>Calls under way for tokens that were never active; tokens that were may have as many again.</summary>
    private const int MostCalls = 256;

    private static readonly TimeSpan LongestRejection = TimeSpan.FromSeconds(5);

    /// <param name="wasActive">
    /// Whether this replica has seen the token to be active before. No client can make such tokens up, so a flood of others does not stop
    /// them.
    /// </param>
    public async ValueTask<IntrospectionAnswer> AskAsync(
        IntrospectionServer server, IssuerProfile issuer, ReadOnlyMemory<char> token, bool wasActive, CancellationToken cancellationToken)
    {
        var id = RejectedTokens.IdOf(token.Span);
        if (server.Rejected.Find(id) is { } reason)
        {
            metrics.Introspected(issuer.Name, "remembered");
            return new IntrospectionAnswer(null, reason);
        }

        var own = new TaskCompletionSource<IntrospectionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = server.JoinCall(id, own.Task);
        if (ReferenceEquals(running, own.Task))
        {
            _ = RunAsync(server, issuer, id, token, wasActive, own);
        }

        return await running.WaitAsync(cancellationToken);
    }

    /// <summary>Remembers a token whose claims were rejected after a response: the server is not asked again for a moment.</summary>
    public static void Remember(IntrospectionServer server, ReadOnlySpan<char> token, RejectionReason reason) =>
        Remember(server, RejectedTokens.IdOf(token), reason);

    private static void Remember(IntrospectionServer server, UInt128 id, RejectionReason reason) =>
        server.Rejected.Add(id, reason, server.Settings.CacheFor < LongestRejection ? server.Settings.CacheFor : LongestRejection);

    private async Task RunAsync(
        IntrospectionServer server, IssuerProfile issuer, UInt128 id, ReadOnlyMemory<char> token, bool wasActive,
        TaskCompletionSource<IntrospectionAnswer> result)
    {
        var answer = IntrospectionAnswer.Unavailable;
        try
        {
            answer = MayCall(server, wasActive) ? await CallAsync(server, issuer, token.ToString()) : Limited(issuer);
            if (answer.Reason is { } reason and not RejectionReason.IntrospectionUnavailable)
            {
                Remember(server, id, reason);
            }
        }
        finally
        {
            server.EndCall(id);
            result.SetResult(answer);
        }
    }

    // The breaker last: a call that it lets through must be made.
    private static bool MayCall(IntrospectionServer server, bool wasActive) =>
        server.Calls <= (wasActive ? 2 * MostCalls : MostCalls)
            && (wasActive || server.Allowance.TryTake())
            && server.Breaker.MayCall();

    private IntrospectionAnswer Limited(IssuerProfile issuer)
    {
        metrics.Introspected(issuer.Name, "limited");
        return IntrospectionAnswer.Unavailable;
    }

    private async Task<IntrospectionAnswer> CallAsync(IntrospectionServer server, IssuerProfile issuer, string token)
    {
        IntrospectionReply reply;
        try
        {
            reply = await client.AskAsync(server, issuer, token);
        }
#pragma warning disable CA1031 // The client answers with values; should one throw after all, the breaker must learn of it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            reply = new IntrospectionReply(null, $"it failed in an unforeseen way: {fault.GetType().Name}", true);
        }

        if (reply.IsDown)
        {
            server.Breaker.Failed();
        }
        else
        {
            server.Breaker.Succeeded();
        }

        var before = server.MarkCalled(reply.Error);
        if (reply.Answer is { } answer)
        {
            if (before is not null)
            {
                Restored(logger, issuer.Name);
            }

            metrics.Introspected(issuer.Name, answer.Reason is null ? "active" : "inactive");
            return answer;
        }

        if (before is null)
        {
            Failed(logger, issuer.Name, reply.Error!);
        }

        metrics.Introspected(issuer.Name, "failed");
        return IntrospectionAnswer.Unavailable;
    }

    [LoggerMessage(
        EventIds.IntrospectionFailed, LogLevel.Warning,
        "Issuer {Issuer}: cannot introspect an opaque token: {Error}. Requests with opaque tokens get 503 until it can.")]
    private static partial void Failed(ILogger logger, string issuer, string error);

    [LoggerMessage(EventIds.IntrospectionRestored, LogLevel.Information, "Issuer {Issuer}: introspects opaque tokens again.")]
    private static partial void Restored(ILogger logger, string issuer);
}
