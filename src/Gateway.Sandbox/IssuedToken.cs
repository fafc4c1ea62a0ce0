namespace Gateway.Sandbox;

/// <summary>An access token of this issuer that came back and is still valid.</summary>
/// <param name="TokenId">Its <c>jti</c>.</param>
/// <param name="ClientId">The client it was issued to.</param>
/// <param name="ExpiresAt">Its <c>exp</c>, in unix seconds.</param>
/// <param name="SessionId">Its <c>sid</c>; absent when no user signed in.</param>
internal sealed record IssuedToken(string TokenId, string ClientId, long ExpiresAt, string? SessionId);
