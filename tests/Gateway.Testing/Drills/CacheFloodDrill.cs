using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Authentication;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Testing.Drills;

/// <summary>The share of requests with tokens in use that were hits.</summary>
/// <param name="Cache">The gateway's cache.</param>
/// <param name="Lru">A cache of the same size that takes in every token and drops the one that was not used for longest.</param>
/// <param name="Best">One that always holds the tokens that are used most.</param>
internal sealed record CacheHitRates(double Cache, double Lru, double Best);

/// <summary>
/// The token cache and a plain LRU meet the same requests: tokens in use, drawn by Zipf's law, and tokens that come once mixed in. The
/// first half of the requests warms both and does not count.
/// </summary>
internal sealed class CacheFloodDrill
{
    private const double Now = 1_800_000_000;
    private readonly int _entries;
    private readonly int _requests;
    private readonly double[] _cumulated;
    private readonly IssuerProfile _issuer;
    private readonly TokenKey _key;

    /// <param name="tokens">How many tokens are in use; the n-th is used 1/n as often as the first.</param>
    /// <param name="entries">What either cache holds.</param>
    /// <param name="requests">Requests with tokens in use; those with tokens that come once are on top.</param>
    public CacheFloodDrill(int tokens, int entries, int requests)
    {
        _entries = entries;
        _requests = requests;
        _cumulated = new double[tokens];
        for (var rank = 0; rank < tokens; rank++)
        {
            _cumulated[rank] = (rank == 0 ? 0 : _cumulated[rank - 1]) + (1.0 / (rank + 1));
        }

        var key = SigningKey.Ec();
        var document = new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString();
        _ = JsonWebKeySet.TryParse(Encoding.UTF8.GetBytes(document), out var ring, out _);
        var keys = new IssuerKeys("flood", new JwksFileSource("unused"));
        keys.Replace(ring!);
        _issuer = new IssuerProfile
        {
            Name = "flood",
            Issuer = "https://idp.flood.test",
            Audiences = ["shop-api"],
            Algorithms = [SignatureAlgorithm.ES256],
            TokenTypes = ["at+jwt"],
            ClockSkew = TimeSpan.FromMinutes(1),
            MaxLifetime = TimeSpan.FromDays(1),
            RequireTokenId = true,
            Keys = keys,
        };
        var traits = SignatureAlgorithms.Of(SignatureAlgorithm.ES256);
        _key = new TokenKey(key.KeyId, traits, keys.Current.Find(key.KeyId, traits)!, keys.Current);
    }

    /// <param name="onceShare">How many of all requests bring a token that never comes again, 0 to less than 1.</param>
    public CacheHitRates Run(double onceShare, int seed)
    {
        var random = new Random(seed);
        var cache = new TokenCache(_entries, long.MaxValue);
        var lru = new Lru(_entries);
        var (cacheHits, lruHits, next) = (0, 0, _cumulated.Length);
        for (var request = 0; request < _requests;)
        {
            if (random.NextDouble() < onceShare)
            {
                Use(cache, next);
                lru.Use(next++);
                continue;
            }

            var token = Draw(random);
            var (isCacheHit, isLruHit) = (Use(cache, token), lru.Use(token));
            if (request++ >= _requests / 2)
            {
                cacheHits += isCacheHit ? 1 : 0;
                lruHits += isLruHit ? 1 : 0;
            }
        }

        double counted = _requests - (_requests / 2);
        return new CacheHitRates(
            cacheHits / counted, lruHits / counted, _cumulated[Math.Min(_entries, _cumulated.Length) - 1] / _cumulated[^1]);
    }

    private int Draw(Random random)
    {
        var at = Array.BinarySearch(_cumulated, random.NextDouble() * _cumulated[^1]);
        return at < 0 ? ~at : at;
    }

    /// <summary>What a request does; whether it was a hit.</summary>
    private bool Use(TokenCache cache, int number)
    {
        var text = number.ToString("d80", CultureInfo.InvariantCulture);
        var hash = cache.HashOf(text);
        if (cache.Find(text, hash) is not null)
        {
            return true;
        }

        var token = new AccessToken
        {
            Issuer = _issuer,
            Subject = null,
            TokenId = null,
            ClientId = null,
            SessionId = null,
            Scopes = [],
            IssuedAt = null,
            ExpiresAt = Now + 3600,
            Claims = default,
            Algorithm = _key.Algorithm,
            Text = Encoding.ASCII.GetBytes(text),
        };
        cache.Add(new CachedToken(new VerifiedToken(token, _key, []), hash), Now);
        return false;
    }

    private sealed class Lru(int capacity)
    {
        private readonly Dictionary<int, LinkedListNode<int>> _nodes = [];
        private readonly LinkedList<int> _byUse = [];

        public bool Use(int token)
        {
            var isHit = _nodes.TryGetValue(token, out var node);
            if (isHit)
            {
                _byUse.Remove(node!);
            }
            else if (_nodes.Count == capacity)
            {
                _nodes.Remove(_byUse.Last!.Value);
                _byUse.RemoveLast();
            }

            node ??= new LinkedListNode<int>(token);
            _byUse.AddFirst(node);
            _nodes[token] = node;
            return isHit;
        }
    }
}
