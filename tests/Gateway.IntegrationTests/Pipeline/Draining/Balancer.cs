using System.Collections.Immutable;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Draining;

/// <summary>
/// What a Kubernetes service is to its clients: new connections go in turn to replicas whose <c>/readyz</c> said yes when last asked.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _probe = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _looking;
    private ImmutableList<GatewayProgram> _replicas;
    private volatile Uri[] _ready = [];
    private int _turn;

    public Balancer(IEnumerable<GatewayProgram> replicas)
    {
        _replicas = [.. replicas];
        _looking = LookAsync();
    }

    public Uri Choose()
    {
        var ready = _ready;
        return ready[(int)((uint)Interlocked.Increment(ref _turn) % (uint)ready.Length)];
    }

    public void Replace(GatewayProgram old, GatewayProgram fresh) =>
        ImmutableInterlocked.Update(ref _replicas, replicas => replicas.Replace(old, fresh));

    public Task WaitForAsync(int ready) => Eventually.TrueAsync(() => _ready.Length == ready, $"{ready} replicas are ready");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
        _probe.Dispose();
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }
    }

    private async Task LookAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var ready = new List<Uri>();
            foreach (var replica in _replicas)
            {
                if (await IsReadyAsync(replica))
                {
                    ready.Add(new Uri(replica.Address));
                }
            }

            _ready = [.. ready];
            await Task.Delay(LookEvery, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsReadyAsync(GatewayProgram replica)
    {
        try
        {
            using var answer = await _probe.GetAsync(new Uri($"{replica.ManagementAddress}/readyz"), _stop.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
