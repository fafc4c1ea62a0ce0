using System.Net;
using System.Text;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Issuers.Introspection;

/// <summary>An answer, or what went wrong; exactly one of the two.</summary>
/// <param name="IsDown">Whether the failure says that the server, and not only this call, is of no use.</param>
internal readonly record struct IntrospectionReply(IntrospectionAnswer? Answer, string? Error, bool IsDown = false);

/// <summary>
/// One call to an introspection endpoint (RFC 7662, RFC 9701). What a broken or hostile server can send is bounded in time and size; it is
/// never redirected, so that the credentials go to the configured server only; nothing that it sent is repeated in a message.
/// </summary>
internal sealed class IntrospectionClient(KeySearch keys, TimeProvider time)
{
    private const int MaxLength = 64 * 1024;
    private const string JwtType = "token-introspection+jwt";
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static readonly TimeSpan DiscoveredFor = TimeSpan.FromHours(1);

    // RFC 9701 section 5: `iat` is the time of the response, so an old one is a response to another call.
    private static readonly TimeSpan LargestAge = TimeSpan.FromMinutes(5);

    public async Task<IntrospectionReply> AskAsync(IntrospectionServer server, IssuerProfile issuer, string token)
    {
        using var deadline = new CancellationTokenSource(server.Settings.Timeout, time);
        try
        {
            var (endpoint, error) = await FindEndpointAsync(server, deadline.Token);
            if (endpoint is null)
            {
                return Failed(error!, isDown: true);
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
            if (await AuthenticateAsync(server.Settings, request, token, deadline.Token) is { } problem)
            {
                return Failed(problem, isDown: true);
            }

            request.Headers.Accept.ParseAdd(server.Settings.SignedResponses ? $"application/{JwtType}" : "application/json");
            using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return await ReadAsync(server.Settings, issuer, response, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return Failed($"it did not respond within {server.Settings.Timeout.TotalSeconds:0.###} s", isDown: true);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException)
        {
            return Failed($"it cannot be called: {FetchFault.Describe(fault)}", isDown: true);
        }
    }

    private static IntrospectionReply Failed(string error, bool isDown = false) => new(null, error, isDown);

    private async ValueTask<(Uri? Endpoint, string? Error)> FindEndpointAsync(
        IntrospectionServer server, CancellationToken cancellationToken)
    {
        if (server.Settings.Endpoint is { } configured)
        {
            return (new Uri(configured), null);
        }

        if (server.Discovered is { } known && time.GetElapsedTime(known.FoundAt) < DiscoveredFor)
        {
            return (known.Address, null);
        }

        var (address, error) =
            await IssuerMetadata.FindAddressAsync(server.Metadata, server.Settings.Issuer, "introspection_endpoint", cancellationToken);
        if (address is null)
        {
            // The address that was found before serves while the metadata cannot be read.
            return server.Discovered is { } old ? (old.Address, null) : (null, error);
        }

        server.Discover(address, time.GetTimestamp());
        return (address, null);
    }

    /// <summary>Writes the token and the gateway's credentials. The files are read each time, so that they can be replaced.</summary>
    private async Task<string?> AuthenticateAsync(
        IntrospectionSettings settings, HttpRequestMessage request, string token, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string> { ["token"] = token, ["token_type_hint"] = "access_token" };
        if (settings.KeyFile is { } file)
        {
            var (content, problem) = await CredentialFile.ReadAsync(file, cancellationToken);
            if (content is null || ClientKey.Parse(content, out problem) is not { } key)
            {
                return $"KeyFile cannot be used: {problem}";
            }

            form["client_id"] = settings.ClientId;
            form["client_assertion_type"] = AssertionType;
            form["client_assertion"] = key.CreateAssertion(settings.ClientId, settings.Issuer, time.GetUtcNow());
        }
        else
        {
            var (secret, problem) = await ClientSecret.ReadAsync(settings.SecretFile!, cancellationToken);
            if (secret is null)
            {
                return $"SecretFile cannot be used: {problem}";
            }

            request.Headers.Authorization = ClientSecret.Basic(settings.ClientId, secret);
        }

        request.Content = new FormUrlEncodedContent(form);
        return null;
    }

    private async Task<IntrospectionReply> ReadAsync(
        IntrospectionSettings settings, IssuerProfile issuer, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            // A client may send a token to which the server responds with 400 or 413; that must not stop the calls for others.
            var isDown = (int)response.StatusCode is not (>= 400 and < 500)
                || response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound
                    or HttpStatusCode.TooManyRequests;
            return Failed($"it responded with status {(int)response.StatusCode}", isDown);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxLength + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxLength)
        {
            return Failed($"its response is larger than {MaxLength} bytes");
        }

        var isJwt =
            string.Equals(response.Content.Headers.ContentType?.MediaType, $"application/{JwtType}", StringComparison.OrdinalIgnoreCase);
        if (isJwt != settings.SignedResponses)
        {
            return Failed(isJwt
                ? "its response is signed, which SignedResponses does not say"
                : "its response is not signed, as SignedResponses asks");
        }

        JsonElement members;
        if (isJwt)
        {
            var (signed, error) = await ReadSignedAsync(settings, issuer, Encoding.ASCII.GetString(buffer, 0, length), cancellationToken);
            if (signed is null)
            {
                return Failed($"its signed response is of no use: {error}");
            }

            members = signed.Value;
        }
        else if (!StrictJson.TryParseObject(buffer.AsSpan(0, length), out members))
        {
            return Failed("its response is not a strict JSON object");
        }

        var until = (time.GetUtcNow() + settings.CacheFor).ToUnixTimeSeconds();
        return IntrospectionMembers.TryRead(members, settings.Issuer, until, out var answer, out var fault)
            ? new IntrospectionReply(answer, null)
            : Failed($"its response is of no use: {fault}");
    }

    /// <summary>RFC 9701 section 5: for us, from the issuer, and of now; the members stand in a claim of their own.</summary>
    private async Task<(JsonElement? Members, string? Error)> ReadSignedAsync(
        IntrospectionSettings settings, IssuerProfile issuer, string text, CancellationToken cancellationToken)
    {
        var (read, error) = await IssuerStatement.ReadAsync(text, JwtType, issuer, keys, MaxLength, cancellationToken);
        if (read is not { } claims)
        {
            return (null, error);
        }

        if (!claims.TryGetProperty("iss"u8, out var iss) || iss.ValueKind != JsonValueKind.String || !iss.ValueEquals(settings.Issuer))
        {
            return (null, "its `iss` is not the issuer");
        }

        if (!claims.TryGetProperty("aud"u8, out var audience) || !IsFor(audience, settings.ClientId))
        {
            return (null, "its `aud` is not the ClientId");
        }

        if (!claims.TryGetProperty("iat"u8, out var iat) || iat.ValueKind != JsonValueKind.Number || !iat.TryGetDouble(out var issued)
            || Math.Abs(issued - time.GetUtcNow().ToUnixTimeSeconds()) > (LargestAge + issuer.ClockSkew).TotalSeconds)
        {
            return (null, "its `iat` is not of the last minutes");
        }

        return claims.TryGetProperty("token_introspection"u8, out var members) && members.ValueKind == JsonValueKind.Object
            ? (members, null)
            : (null, "it has no object `token_introspection`");
    }

    private static bool IsFor(JsonElement audience, string clientId) => audience.ValueKind switch
    {
        JsonValueKind.String => audience.ValueEquals(clientId),
        JsonValueKind.Array => audience.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals(clientId)),
        _ => false,
    };
}
