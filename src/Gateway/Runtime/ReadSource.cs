using Gateway.Authentication;

namespace Gateway.Runtime;

/// <summary>A token source that the policy of a route reads.</summary>
/// <param name="Name">Null for the token sources without a name.</param>
internal sealed record ReadSource(string? Name, TokenReader Reader);
