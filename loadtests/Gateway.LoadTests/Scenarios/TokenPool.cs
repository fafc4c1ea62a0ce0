namespace Gateway.LoadTests.Scenarios;

/// <summary>The tokens in use, taken in turn. Each may be replaced while others are taken.</summary>
internal sealed class TokenPool
{
    private readonly string[] _tokens;
    private readonly Func<CancellationToken, Task<string>> _source;
    private long _next = -1;
    private int _replaced = -1;

    private TokenPool(string[] tokens, Func<CancellationToken, Task<string>> source)
    {
        _tokens = tokens;
        _source = source;
    }

    public int Count => _tokens.Length;

    /// <param name="source">Gives a new token each time.</param>
    public static async Task<TokenPool> FillAsync(
        int count, Func<CancellationToken, Task<string>> source, CancellationToken cancellationToken)
    {
        var tokens = new string[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = await source(cancellationToken);
        }

        return new TokenPool(tokens, source);
    }

    public string Take() => Volatile.Read(ref _tokens[(int)(Interlocked.Increment(ref _next) % _tokens.Length)]);

    /// <summary>A new token that is not among the others.</summary>
    public Task<string> TakeNewAsync(CancellationToken cancellationToken) => _source(cancellationToken);

    /// <summary>Replaces the one that has been in use longest.</summary>
    public async Task ReplaceOneAsync(CancellationToken cancellationToken)
    {
        var token = await _source(cancellationToken);
        Volatile.Write(ref _tokens[(int)((uint)Interlocked.Increment(ref _replaced) % _tokens.Length)], token);
    }

    public async Task ReplaceAllAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _tokens.Length; i++)
        {
            await ReplaceOneAsync(cancellationToken);
        }
    }

    /// <summary>The same token with another signature: three parts, the right length, worth nothing.</summary>
    public static string Spoil(string token, long variant)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var characters = token.ToCharArray();
        var signature = token.LastIndexOf('.') + 1;
        for (var i = 0; i < 8; i++)
        {
            // At least one character changes whatever the variant: the first moves by 1 to 63 places.
            var move = i == 0 ? 1 + (int)(variant % 63) : (int)((variant >> (3 * i)) & 63);
            characters[signature + i] =
                alphabet[(alphabet.IndexOf(characters[signature + i], StringComparison.Ordinal) + move) % alphabet.Length];
        }

        return new string(characters);
    }
}
