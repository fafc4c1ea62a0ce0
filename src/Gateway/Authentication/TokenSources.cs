using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gateway.Authentication;

/// <summary>Where requests may carry tokens: the checked form of <c>Gateway:TokenSources</c>.</summary>
/// <param name="Unnamed">The token sources without a name, which all policies read that name no source.</param>
/// <param name="Named">The places that only the policies read which name them.</param>
/// <param name="Credentials">Removes what clients send in all of them.</param>
/// <param name="Headers">The names of the headers that a token may come in.</param>
internal sealed record TokenSources(
    TokenReader Unnamed, FrozenDictionary<string, TokenReader> Named, ClientCredentials Credentials, ImmutableArray<string> Headers)
{
    public TokenReader Of(string? name) => name is null ? Unnamed : Named[name];
}
