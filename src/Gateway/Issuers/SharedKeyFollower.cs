using System.Threading.Channels;

namespace Gateway.Issuers;

/// <summary>
/// Listens to what other replicas share: a new document and a forgotten key are in effect here as soon as the notification arrives, a
/// forgotten key at the next look in any case.
/// </summary>
internal sealed class SharedKeyFollower(
    LiveIssuers live, StoredKeyDocuments documents, ForgottenKeyList forgotten, SharedKeys shared, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private const int MostNews = 1000;

    private readonly Channel<string> _news =
        Channel.CreateBounded<string>(new BoundedChannelOptions(MostNews) { FullMode = BoundedChannelFullMode.DropOldest });

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await shared.ListenAsync(issuer => _news.Writer.TryWrite(issuer));
        // What was forgotten stays so, also for a replica that starts later.
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            using var look = new CancellationTokenSource(LookEvery, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(look.Token, stoppingToken);
            try
            {
                while (true)
                {
                    var name = await _news.Reader.ReadAsync(either.Token);
                    live.Current.RememberMember(name);
                    foreach (var keys in Live.Where(keys => keys.Issuer == name))
                    {
                        await forgotten.TakeSharedAsync(keys, stoppingToken);
                        await documents.TakeSharedAsync(keys, null, stoppingToken);
                    }
                }
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                await LookAsync(stoppingToken);
            }
        }
    }

    private IEnumerable<IssuerKeys> Live => live.Current.Live.Select(issuer => issuer.Keys);

    private Task LookAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Live.Select(keys => forgotten.TakeSharedAsync(keys, cancellationToken)));
}
