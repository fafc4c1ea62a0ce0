using System.Collections.Immutable;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>The channels that this process subscribes to, on the current connection.</summary>
internal sealed class RedisSubscriptions(TimeSpan timeout, TimeProvider time)
{
    // The client uses a separate connection for subscriptions, which it opens shortly after the first one.
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private ImmutableList<Subscription> _all = [];

    /// <summary>Adds a channel. Later connections need <see cref="RestoreAsync"/>.</summary>
    public async Task AddAsync(string channel, Action<string?> handler, RedisLink? link, CancellationToken stopping)
    {
        var subscription = new Subscription(channel, handler);
        lock (_lock)
        {
            _all = _all.Add(subscription);
        }

        if (link is not null)
        {
            await SubscribeAsync(link, subscription, stopping);
        }
    }

    /// <summary>Subscribes to the channels that the connection does not have yet.</summary>
    public async Task RestoreAsync(RedisLink link, CancellationToken stopping)
    {
        foreach (var subscription in _all.Where(subscription => subscription.Link != link))
        {
            await SubscribeAsync(link, subscription, stopping);
        }
    }

    private async Task SubscribeAsync(RedisLink link, Subscription subscription, CancellationToken stopping)
    {
        var channel = new RedisChannel(subscription.Channel, RedisChannel.PatternMode.Literal);
        var start = time.GetTimestamp();
        while (subscription.Link != link)
        {
            try
            {
                await link.Multiplexer.GetSubscriber().SubscribeAsync(channel, subscription.Receive).WaitAsync(timeout, time, stopping);
                subscription.Link = link;
            }
            catch (RedisConnectionException) when (time.GetElapsedTime(start) < timeout)
            {
                await Task.Delay(RetryEvery, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception) when (exception is RedisException or RedisCommandException or TimeoutException
                or ObjectDisposedException or OperationCanceledException)
            {
                // Without notifications the follower still polls. The next check of the roles tries again.
                return;
            }
        }
    }

    /// <summary>A channel, and the connection that has the subscription.</summary>
    private sealed class Subscription(string channel, Action<string?> handler)
    {
        private volatile RedisLink? _link;

        public string Channel => channel;

        public RedisLink? Link
        {
            get => _link;
            set => _link = value;
        }

        public void Receive(RedisChannel from, RedisValue message) => handler(message);
    }
}
