using Gateway.Foundation;

namespace Gateway.Issuers.StatusLists;

/// <summary>
/// Refreshes the status lists that tokens refer to, drops those that are too old, and forgets those that no token is looked up in.
/// </summary>
internal sealed class StatusListFollower(LiveIssuers live, StatusListLoader loader, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var followed = new HashSet<StatusListSet>();
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = live.NextChange;
            var issuers = live.Current.Issuers.Where(issuer => issuer.StatusLists is not null).ToArray();
            foreach (var gone in followed.Except(issuers.Select(issuer => issuer.StatusLists!)).ToArray())
            {
                followed.Remove(gone);
                foreach (var list in gone.Lists)
                {
                    gone.Remove(list);
                }
            }

            foreach (var issuer in issuers)
            {
                followed.Add(issuer.StatusLists!);
                foreach (var list in issuer.StatusLists!.Lists)
                {
                    Watch(issuer, list);
                }
            }

            if (issuers.Length > 0)
            {
                await time.NextAsync(WatchEvery, stoppingToken);
            }
            else
            {
                await changed.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Watch(IssuerProfile issuer, StatusList list)
    {
        var now = time.GetUtcNow();
        var isDue = list.Watch(now);
        if (now - list.Times.UsedAt > IdleAfter)
        {
            issuer.StatusLists!.Remove(list);
        }
        else if (isDue)
        {
            _ = loader.LoadAsync(issuer, list);
        }
    }
}
