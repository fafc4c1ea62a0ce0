using Yarp.ReverseProxy.Model;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>Stops a change after YARP has changed a cluster and before it builds the routes.</summary>
internal sealed class ClusterPause : IClusterChangeListener, IDisposable
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _ended = new();
    private volatile bool _isArmed;

    /// <summary>Whether the change fails there instead.</summary>
    public bool Fails { get; set; }

    public Task Begun => _begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public Task DuringAsync(Func<Task> change)
    {
        _isArmed = true;
        return Task.Run(change);
    }

    public void End() => _ended.Set();

    public void OnClusterAdded(ClusterState cluster)
    {
    }

    public void OnClusterChanged(ClusterState cluster)
    {
        if (_isArmed && Fails)
        {
            // Once: the way back succeeds.
            _isArmed = false;
            throw new InvalidOperationException("A cluster cannot be changed.");
        }

        if (_isArmed)
        {
            _begun.TrySetResult();
            _ended.Wait(TimeSpan.FromSeconds(30));
        }
    }

    public void OnClusterRemoved(ClusterState cluster)
    {
    }

    public void Dispose()
    {
        // Also when a test has failed before it ended the pause.
        _ended.Set();
        _ended.Dispose();
    }
}
