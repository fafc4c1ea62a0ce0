using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Caching.Memory;

namespace Gateway.Benchmarks.Servers;

/// <summary>
/// YARP with JwtBearer behind a cache of verified tokens, and the framework's authorization: the fastest that a team with these parts would
/// write. The cache is keyed by the SHA-256 of the token, so that it holds no token, and an entry ends with the token's <c>exp</c>.
/// </summary>
internal static class CachedServer
{
    private const string Scheme = "Bearer ";
    private const int MaxLength = 4096;
    private const int MaxTokens = 100_000;
    private static readonly object KeyOfRequest = new();

    public static WebApplication Build(ServerSettings settings) => StockServer.Build(settings, bearer =>
    {
        var cache = new MemoryCache(new MemoryCacheOptions { SizeLimit = MaxTokens });
        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = context => Find(context, cache),
            OnTokenValidated = context => Keep(context, cache),
        };
    });

    private static Task Find(MessageReceivedContext context, MemoryCache cache)
    {
        var header = context.Request.Headers.Authorization.ToString();
        // A longer token is verified each time: a hash of a part of it would let another one pass.
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && header.Length <= MaxLength)
        {
            object key = KeyOf(header.AsSpan(Scheme.Length));
            if (cache.TryGetValue(key, out ClaimsPrincipal? principal))
            {
                context.Principal = principal;
                context.Success();
            }
            else
            {
                context.HttpContext.Items[KeyOfRequest] = key;
            }
        }

        return Task.CompletedTask;
    }

    private static Task Keep(TokenValidatedContext context, MemoryCache cache)
    {
        if (context.HttpContext.Items[KeyOfRequest] is { } key)
        {
            cache.Set(key, context.Principal, new MemoryCacheEntryOptions { AbsoluteExpiration = context.SecurityToken.ValidTo, Size = 1 });
        }

        return Task.CompletedTask;
    }

    private static TokenKey KeyOf(ReadOnlySpan<char> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> bytes = stackalloc byte[MaxLength];
        SHA256.HashData(bytes[..Encoding.ASCII.GetBytes(token, bytes)], hash);
        return new TokenKey(BitConverter.ToUInt128(hash), BitConverter.ToUInt128(hash[16..]));
    }

    private readonly record struct TokenKey(UInt128 First, UInt128 Second);
}
