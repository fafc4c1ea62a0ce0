using System.Collections.Concurrent;

namespace Gateway.Testing.Drills;

/// <summary>A token of the traffic; a removed one, whose key is no longer published or which is revoked, is to be rejected.</summary>
internal record TrafficToken(string Text, bool IsRemoved = false, string Path = "/private/a");

/// <param name="Sent">The timestamp of the request.</param>
/// <param name="Status">0 when there was no answer.</param>
/// <param name="Problem">The body, unless the answer is 200.</param>
internal readonly record struct Answered(TrafficToken Token, long Sent, int Status, double Milliseconds, string? Problem)
{
    public bool IsRemoved => Token.IsRemoved;
}

/// <summary>Requests at a steady rate, whatever the answers take, with the tokens of the moment in turn.</summary>
internal sealed class Traffic(HttpClient client, int perSecond) : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _underWay = new();
    private ConcurrentQueue<Answered> _answers = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Replaced whole; empty for a pause.</summary>
    public IReadOnlyList<TrafficToken> Tokens { get; set; } = [];

    public void Start() => _running = RunAsync();

    /// <summary>Everything answered since the last time.</summary>
    public IReadOnlyCollection<Answered> Take() => Interlocked.Exchange(ref _answers, new ConcurrentQueue<Answered>());

    /// <summary>Waits for the answers to all requests sent so far.</summary>
    public Task SettleAsync() => Task.WhenAll(_underWay.Keys);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await SettleAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Beat);
        var start = TimeProvider.System.GetTimestamp();
        long sent = 0;
        while (!_stop.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            var due = (long)(TimeProvider.System.GetElapsedTime(start).TotalSeconds * perSecond);
            for (var tokens = Tokens; sent < due; sent++)
            {
                if (tokens.Count > 0)
                {
                    var request = SendAsync(tokens[(int)(sent % tokens.Count)]);
                    _underWay.TryAdd(request, true);
                    _ = request.ContinueWith(done => _underWay.TryRemove(done, out _), TaskScheduler.Default);
                }
            }
        }
    }

    private async Task SendAsync(TrafficToken token)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var request = TestGateway.Request(HttpMethod.Get, token.Path, token.Text);
        var status = 0;
        string? problem = null;
        try
        {
            using var answer = await client.SendAsync(request);
            status = (int)answer.StatusCode;
            problem = status == 200 ? null : await answer.Content.ReadAsStringAsync();
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            problem = fault.Message;
        }

        _answers.Enqueue(new Answered(token, start, status, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, problem));
    }
}
