using System.Xml.Linq;
using Gateway.Redis;
using Microsoft.AspNetCore.DataProtection.Repositories;
using StackExchange.Redis;

namespace Gateway.RouteFeatures.Affinity;

/// <summary>
/// The keys in a list of Redis, through the gateway's one connection with its deadlines. In the form of Microsoft's own package.
/// </summary>
internal sealed class RedisKeyRepository(RedisConnection redis) : IXmlRepository
{
    private string Key => $"{redis.KeyPrefix}data-protection";

    // The framework asks rarely, once a day for a key ring in use, and without a way to wait.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [
            .. redis.CallAsync(database => database.ListRangeAsync(Key, flags: CommandFlags.DemandMaster), CancellationToken.None)
                .GetAwaiter()
                .GetResult()
                .Select(value => XElement.Parse(value.ToString())),
        ];

    public void StoreElement(XElement element, string friendlyName) =>
        redis.CallAsync(
            database => database.ListRightPushAsync(Key, element.ToString(SaveOptions.DisableFormatting)), CancellationToken.None)
            .GetAwaiter()
            .GetResult();
}
