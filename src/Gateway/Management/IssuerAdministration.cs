using System.Text.Json.Serialization;
using Gateway.Errors;
using Gateway.Issuers;
using Gateway.Telemetry;

namespace Gateway.Management;

/// <summary>
/// <c>GET /admin/issuers</c>, <c>POST /admin/issuers/{name}/refresh</c>, <c>POST /admin/issuers/{name}/forget-key/{kid}</c>: what the
/// gateway verifies with, and calls to change it in an emergency. An issuer of a template is <c>name:value</c>.
/// </summary>
internal sealed class IssuerAdministration(
    LiveIssuers live, KeyLoader loader, ForgottenKeyList forgotten, GatewayMetrics metrics, TimeProvider time)
{
    private IssuerDirectory Issuers => live.Current;

    public void Map(IEndpointRouteBuilder admin)
    {
        admin.MapGet("/issuers", () => Results.Json(Issuers.Live.Select(Describe).ToArray(), AdminJson.Default.IssuerDescriptionArray));
        admin.MapPost("/issuers/{name}/refresh", RefreshAsync);
        // A catch-all, because a key id may hold a slash.
        admin.MapPost("/issuers/{name}/forget-key/{**kid}", Forget);
    }

    /// <summary>
    /// Loads the keys now. The response shows the keys in use afterwards, also with 503, when the load has failed and they are the old
    /// ones.
    /// </summary>
    private async Task<IResult> RefreshAsync(string name, HttpContext context)
    {
        if (Find(name) is not { } issuer)
        {
            return await NotFoundAsync(context);
        }

        var isLoaded = await loader.LoadAsync(issuer.Keys);
        metrics.AdminWrote("refresh_keys", isLoaded);
        return Result(context, issuer, isLoaded);
    }

    /// <summary>
    /// For a private key that was stolen: the key stops verifying tokens although the issuer still publishes it. A later refresh does not
    /// bring it back either.
    /// </summary>
    private async Task<IResult> Forget(string name, string kid, HttpContext context)
    {
        if (Find(name) is not { } issuer)
        {
            return await NotFoundAsync(context);
        }

        // A path keeps an escaped slash as it came, and key ids may hold one: Amazon Cognito's are plain base64.
        var keyId = kid.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        // Forgotten here in any case; 503 says that the other replicas could not be told.
        var isKnownToAll = await forgotten.ForgetAsync(issuer.Keys, keyId, context.RequestAborted);
        metrics.AdminWrote("forget_key", isKnownToAll);
        return Result(context, issuer, isKnownToAll);
    }

    /// <summary>By the name in yarp.json, without regard to case as in the configuration; null for none.</summary>
    private IssuerProfile? Find(string name) =>
        Issuers.Live.FirstOrDefault(issuer => issuer.Keys.Issuer.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static async Task<IResult> NotFoundAsync(HttpContext context)
    {
        await Problem.WriteAsync(context, StatusCodes.Status404NotFound, detail: "There is no such issuer; GET /admin/issuers lists them.");
        return Results.Empty;
    }

    private IResult Result(HttpContext context, IssuerProfile issuer, bool isDone)
    {
        if (!isDone)
        {
            context.Response.SetRetryAfter();
        }

        return Results.Json(
            Describe(issuer), AdminJson.Default.IssuerDescription,
            statusCode: isDone ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    // Key ids, algorithms and addresses only. NameOf leaves out the query of an address, which may hold a secret.
    private IssuerDescription Describe(IssuerProfile issuer)
    {
        var (ring, state) = (issuer.Keys.Current, issuer.Keys.State);
        return new IssuerDescription(
            issuer.Keys.Issuer,
            issuer.Issuer,
            issuer.Keys.Source.Name,
            [
                .. ring.Keys.Select(key => new KeyDescription(
                    key.KeyId, [.. key.Algorithms.Intersect(issuer.Algorithms).Select(algorithm => algorithm.ToString())])),
            ],
            [.. ring.Skipped.Select(key => $"{key.Key} {key.Why}")],
            state.LoadedAt,
            state.LoadedAt is { } loadedAt ? (time.GetUtcNow() - loadedAt).TotalSeconds : null,
            state.Error,
            state.NextRefresh,
            issuer.Decryption is { } decryption
                ? new DecryptionDescription(
                    [.. decryption.Current.Keys.Select(key => new KeyDescription(key.KeyId, [.. key.Algorithms]))], decryption.Error)
                : null,
            issuer.IntrospectionServer is { } server
                ? new IntrospectionDescription(
                    server.Settings.Endpoint is { } endpoint
                        ? KeyDocumentClient.NameOf(new Uri(endpoint))
                        : server.Discovered is { } found
                        ? KeyDocumentClient.NameOf(found.Address)
                        : null,
                    server.Breaker.IsOpen, server.LastError)
                : null,
            issuer.StatusLists is { } lists
                ? [.. lists.Lists.Select(list => new StatusListDescription(
                    KeyDocumentClient.NameOf(list.Address), list.Current?.Bits, list.Current?.Count, list.Times.LoadedAt, list.LastError))]
                : null);
    }
}

/// <summary>One issuer as <c>/admin/issuers</c> shows it.</summary>
/// <param name="Name">In yarp.json; of an issuer of a template also its value, as in <c>name:value</c>.</param>
/// <param name="Issuer">The <c>iss</c>.</param>
/// <param name="SkippedKeys">Keys of the issuer's document that cannot be used, each with the reason.</param>
/// <param name="LoadedAt">When the keys in use were loaded; null for never.</param>
/// <param name="NextRefresh">Null while no refresh is planned.</param>
internal sealed record IssuerDescription(
    string Name, string Issuer, string Source, KeyDescription[] Keys, string[] SkippedKeys, DateTimeOffset? LoadedAt, double? AgeSeconds,
    string? LastError, DateTimeOffset? NextRefresh, DecryptionDescription? Decryption, IntrospectionDescription? Introspection,
    StatusListDescription[]? StatusLists);

/// <summary>A status list that tokens have named.</summary>
/// <param name="Bits">Of one status; null while there is no list to use.</param>
internal sealed record StatusListDescription(string Address, int? Bits, long? Count, DateTimeOffset? LoadedAt, string? LastError);

/// <summary>Our keys for the issuer's encrypted tokens; null for an issuer that sends none.</summary>
internal sealed record DecryptionDescription(KeyDescription[] Keys, string? LastError);

/// <summary>The server that is asked about opaque tokens; null for an issuer that is not asked.</summary>
/// <param name="Endpoint">Null until it was found in the metadata.</param>
/// <param name="IsPaused">Whether it has failed so often that it is not called for a moment.</param>
internal sealed record IntrospectionDescription(string? Endpoint, bool IsPaused, string? LastError);

/// <summary>One key: its id and what it may verify for this issuer.</summary>
/// <param name="Kid">Null for a key without an id, such as a shared secret.</param>
internal sealed record KeyDescription(string? Kid, string[] Algorithms);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IssuerDescription[]))]
[JsonSerializable(typeof(IssuerDescription))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class AdminJson : JsonSerializerContext;
