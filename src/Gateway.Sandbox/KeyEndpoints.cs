using Microsoft.IdentityModel.Tokens;

namespace Gateway.Sandbox;

/// <summary>What a resource server needs to verify tokens: the metadata document, the JWK Set, and a rotation on demand.</summary>
internal sealed class KeyEndpoints(SigningKeys keys, Func<string> issuer)
{
    public Task MetadataAsync(HttpContext context) =>
        OAuthResponse.WriteAsync(context.Response, new IssuerMetadata(issuer()));

    public Task JwksAsync(HttpContext context) =>
        OAuthResponse.WriteAsync(context.Response, new { keys = keys.Generations.SelectMany(generation => generation.PublicJwks()) });

    /// <summary>Rotates; <c>overlap=false</c>, in the query or the form, stops publishing the previous keys at once.</summary>
    public async Task RotateAsync(HttpContext context)
    {
        var request = context.Request;
        var overlap = request.Query["overlap"].ToString();
        if (request.HasFormContentType)
        {
            var form = await request.ReadFormAsync(context.RequestAborted);
            overlap = form.TryGetValue("overlap", out var value) ? value.ToString() : overlap;
        }

        var next = keys.Rotate(!overlap.Equals("false", StringComparison.OrdinalIgnoreCase));
        var kids = new Dictionary<string, string>
        {
            [SecurityAlgorithms.RsaSha256] = next.Rsa.KeyId,
            [SecurityAlgorithms.EcdsaSha256] = next.Ec.KeyId,
        };
        await OAuthResponse.WriteAsync(context.Response, new { kids });
    }
}
