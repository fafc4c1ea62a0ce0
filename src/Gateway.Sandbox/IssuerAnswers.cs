using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Gateway.Sandbox;

/// <summary>Where the development issuer's tokens and answers differ from OpenIddict's.</summary>
internal static class IssuerAnswers
{
    /// <summary>
    /// The issuer as configured, without the slash that a URI without a path ends in, and the key that the client asked for.
    /// </summary>
    public static ValueTask ShapeToken(GenerateTokenContext context, SigningKeys keys)
    {
        if (context.TokenType == TokenTypeIdentifiers.AccessToken)
        {
            context.SecurityTokenDescriptor.Issuer = context.SecurityTokenDescriptor.Issuer?.TrimEnd('/');
            var algorithm = (string?)context.Transaction.Request?[Grants.Algorithm];
            context.SecurityTokenDescriptor.SigningCredentials = keys.CredentialsFor(algorithm);
        }

        return default;
    }

    /// <summary>The same issuer in the metadata and in what introspection says.</summary>
    public static ValueTask NameIssuer(OpenIddictResponse response, string member)
    {
        response[member] = response[member]?.ToString()?.TrimEnd('/');
        return default;
    }

    /// <summary>The bare access token to a client that asks for text/plain: a shell then needs no JSON tool.</summary>
    public static async ValueTask WriteText(ApplyTokenResponseContext context)
    {
        if (context.Response.AccessToken is { } token && context.Transaction.GetHttpRequest() is { } request
            && request.GetTypedHeaders().Accept.Any(range => range.MediaType == "text/plain"))
        {
            request.HttpContext.Response.ContentType = "text/plain; charset=utf-8";
            await request.HttpContext.Response.WriteAsync(token + "\n", request.HttpContext.RequestAborted);
            context.HandleRequest();
        }
    }
}
