using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// The key of a partition in Redis: <c>{prefix}limit:{name}:{hash}</c>. The hash keeps subjects and addresses out of Redis' logs and tools
/// and bounds the length. It covers the definition, so that after a change no script meets a state of another kind. <c>Permits</c> are not
/// part of it: with another number the count goes on.
/// </summary>
internal static class SharedLimitKey
{
    // Names have no limit of their own. The hash covers all of a name.
    private const int MostOfName = 64;

    // 128 bits: clients who choose their subjects cannot find two with the same key.
    private const int HashBytes = 16;
    private const int StackBytes = 512;

    public static string Of(string prefix, RateLimitSettings limit, string partition)
    {
        var name = limit.Name.ToLowerInvariant();
        var definition = string.Create(
            CultureInfo.InvariantCulture,
            $"{name}\n{limit.Kind}\n{limit.Window}\n{limit.Segments}\n{limit.Partition.By}\n");
        var length = Encoding.UTF8.GetByteCount(definition) + Encoding.UTF8.GetByteCount(partition);
        var rented = length > StackBytes ? ArrayPool<byte>.Shared.Rent(length) : null;
        var text = rented is null ? stackalloc byte[StackBytes] : rented;
        var start = Encoding.UTF8.GetBytes(definition, text);
        Encoding.UTF8.GetBytes(partition, text[start..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return $"{prefix}limit:{name.AsSpan(0, Math.Min(name.Length, MostOfName))}:{Base64Url.EncodeToString(hash[..HashBytes])}";
    }
}
