namespace Gateway.Sandbox;

/// <summary>The parameters of a request to an OAuth endpoint.</summary>
internal sealed class OAuthForm
{
    private readonly IFormCollection _form;

    private OAuthForm(IFormCollection form) => _form = form;

    // RFC 6749 3.2: a parameter without a value counts as absent.
    public string? this[string name] => _form.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;

    public static async Task<OAuthResult<OAuthForm>> ReadAsync(HttpRequest request)
    {
        if (!request.HasFormContentType)
        {
            return OAuthError.InvalidRequest("Send the parameters as application/x-www-form-urlencoded.");
        }

        var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        foreach (var (name, values) in form)
        {
            if (values.Count > 1)
            {
                // RFC 6749 3.2: which of the two would be meant is anybody's guess.
                return OAuthError.InvalidRequest($"The parameter {name} is repeated.");
            }
        }

        return new OAuthForm(form);
    }
}
