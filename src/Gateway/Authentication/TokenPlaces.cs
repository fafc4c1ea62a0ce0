namespace Gateway.Authentication;

/// <summary>The places of one token source while <c>Gateway:TokenSources</c> is read.</summary>
internal sealed class TokenPlaces
{
    /// <summary>By the name of the header, the schemes before the token; none where the value is the token.</summary>
    public Dictionary<string, List<string>> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<string> Cookies { get; } = [];

    public List<string> Protocols { get; } = [];

    public List<string> Parameters { get; } = [];

    public TokenReader ToReader() => new(
        [.. Headers.Select(header => new TokenHeader(header.Key, [.. header.Value]))], [.. Cookies],
        new ConnectionTokens([.. Protocols], [.. Parameters]));
}
