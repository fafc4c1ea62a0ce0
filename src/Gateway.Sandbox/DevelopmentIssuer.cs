using Gateway.Revocation;

namespace Gateway.Sandbox;

/// <summary>
/// A small authorization server for development and tests: real RSA and P-256 keys, RFC 9068 access tokens, refresh tokens
/// that rotate, and revocations written where the gateway reads them. Users, clients and secrets are public constants, so it
/// listens on loopback and is no part of the product.
/// </summary>
internal sealed class DevelopmentIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;

    /// <param name="port">The loopback port; 0 lets the system choose one.</param>
    /// <param name="time">The clock of every token and revocation.</param>
    /// <param name="append">Writes to the revocation log; called by logout, revocation and refresh token reuse.</param>
    public DevelopmentIssuer(int port, TimeProvider time, Func<IReadOnlyList<RevocationEntry>, CancellationToken, ValueTask> append)
    {
        _app = LoopbackHost.Build(port);

        var accessTokens = new AccessTokens(Keys, () => Url, time);
        var refreshTokens = new RefreshTokens();
        var revocations = new Revocations(refreshTokens, () => Url, append, time);
        var keyEndpoints = new KeyEndpoints(Keys, () => Url);
        var sessionEndpoints = new SessionEndpoints(accessTokens, refreshTokens, revocations);

        _app.MapGet("/.well-known/openid-configuration", keyEndpoints.MetadataAsync);
        _app.MapGet("/.well-known/oauth-authorization-server", keyEndpoints.MetadataAsync);
        _app.MapGet(IssuerMetadata.JwksPath, keyEndpoints.JwksAsync);
        _app.MapPost(IssuerMetadata.TokenPath, new TokenEndpoint(accessTokens, refreshTokens, revocations, time).HandleAsync);
        _app.MapPost(IssuerMetadata.RevocationPath, sessionEndpoints.RevokeAsync);
        _app.MapPost(IssuerMetadata.EndSessionPath, sessionEndpoints.LogoutAsync);
        _app.MapPost("/rotate", keyEndpoints.RotateAsync);
    }

    /// <summary>The issuer identifier (<c>iss</c>) and base address, known once started.</summary>
    public string Url => _app.Urls.First();

    public SigningKeys Keys { get; } = new();

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
