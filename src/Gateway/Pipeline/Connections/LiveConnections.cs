using System.Collections.Concurrent;
using Gateway.Authentication;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Pipeline.Connections;

/// <summary>
/// Checks the long-lived connections four times a second and ends those of which a token has expired, was revoked or has lost its key.
/// Without changes a check costs three comparisons.
/// </summary>
internal sealed class LiveConnections(
    RevocationList revocations, TimeProvider time, GatewayMetrics metrics, RevocationLookup? lookup = null) : BackgroundService
{
    // Together with the time for an orderly end, a connection ends within less than a second.
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMilliseconds(250);
    // Look-ups under way at once. Ten thousand connections must not fill the connection to Redis, which requests use too.
    private const int MostLookups = 64;

    private readonly ConcurrentDictionary<LiveConnection, bool> _live = new();
    // Completed when a connection begins while there is none; see BegunAsync.
    private volatile TaskCompletionSource _begun = new();

    /// <summary>Creates a connection, which is removed at the end of its request.</summary>
    public LiveConnection Add(HttpContext context, ProtectedRoute route, VerifiedToken token)
    {
        var connection = new LiveConnection(context, route, token, Remove);
        context.Response.RegisterForDispose(connection);
        return connection;
    }

    /// <summary>Starts to check the connection. Its stream must be wrapped before, so that it can be ended.</summary>
    public void Begin(LiveConnection connection)
    {
        _live.TryAdd(connection, true);
        _begun.TrySetResult();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var asking = Task.CompletedTask;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(BegunAsync(stoppingToken), Task.Delay(SweepEvery, time, stoppingToken))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Sweep();
            // One round at a time: if Redis is slow, the sweep goes on without it.
            asking = lookup is not null && asking.IsCompleted ? AskAsync(lookup, stoppingToken) : asking;
        }

        await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Waits while there are no live connections, so that a gateway at rest does not wake up.</summary>
    private Task BegunAsync(CancellationToken stopping)
    {
        if (!_live.IsEmpty)
        {
            return Task.CompletedTask;
        }

        // Set before the second check, so that a connection that begins meanwhile completes the source or is found by the check.
        _begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _live.IsEmpty ? _begun.Task.WaitAsync(stopping) : Task.CompletedTask;
    }

    /// <summary>Checks every connection once. Runs on one thread at a time.</summary>
    private void Sweep()
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        foreach (var (connection, _) in _live)
        {
            if (connection.IsEnding)
            {
                connection.CutOff(time);
                continue;
            }

            connection.TouchKeys(time);
            if (connection.Check(now, revocations) is { } lost)
            {
                End(connection, lost);
            }
        }
    }

    /// <summary>With a look-up for each request, live connections are looked up too.</summary>
    private async Task AskAsync(RevocationLookup asked, CancellationToken stopping)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = MostLookups, CancellationToken = stopping };
        await Parallel.ForEachAsync(_live.Keys, options, async (connection, cancellationToken) =>
        {
            foreach (var token in connection.IsEnding ? [] : connection.Tokens)
            {
                if (await asked.AskAsync(token.Lookup(asked), cancellationToken) == RevocationStatus.Revoked)
                {
                    End(connection, new LostToken(token, RejectionReason.Revoked));
                    break;
                }
            }
        });
    }

    /// <summary>
    /// Ends the connection, or records it if the policy only reports. Called by the sweep and by look-ups; TryEnd lets one of them win.
    /// </summary>
    private void End(LiveConnection connection, in LostToken lost)
    {
        connection.WithdrawUser(lost.Reason);
        if (connection.Route.Policy.Mode == PolicyMode.Report)
        {
            Remove(connection);
            metrics.Reported(lost.Reason, connection.Route.Id, lost.Token.Token.Issuer.Name);
            return;
        }

        if (connection.TryEnd(lost, time))
        {
            metrics.ConnectionClosed(lost.Reason);
        }
    }

    private void Remove(LiveConnection connection) => _live.TryRemove(connection, out _);
}
