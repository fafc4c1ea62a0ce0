namespace Gateway.Sandbox;

/// <summary>A successful answer of the token endpoint (RFC 6749 5.1).</summary>
internal sealed record TokenResponse(string AccessToken, string TokenType, long ExpiresIn, string Scope, string? RefreshToken)
{
    /// <summary>Writes JSON, or the bare access token to a client that asks for text/plain: a shell then needs no JSON tool.</summary>
    public static Task WriteAsync(HttpContext context, TokenResponse token)
    {
        OAuthResponse.ForbidCaching(context.Response);
        var accept = context.Request.GetTypedHeaders().Accept;
        if (!accept.Any(range => range.MediaType == "text/plain"))
        {
            return OAuthResponse.WriteAsync(context.Response, token);
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(token.AccessToken + "\n", context.RequestAborted);
    }
}
