namespace Gateway.Sandbox;

/// <summary>What a token stands for: which client may do what, and for whom.</summary>
/// <param name="Client">The client the token is issued to.</param>
/// <param name="Scopes">The granted scopes.</param>
/// <param name="User">The user who signed in; absent when a client acts for itself.</param>
/// <param name="SessionId">The session (<c>sid</c>) that began when the user signed in.</param>
internal sealed record Grant(
    DevelopmentClient Client,
    IReadOnlyList<string> Scopes,
    DevelopmentUser? User = null,
    string? SessionId = null)
{
    // RFC 9068 2.2: without a resource owner, the subject is the client.
    public string Subject => User?.Name ?? Client.Id;

    /// <summary>The scopes of a <c>scope</c> parameter, or null when one of them is not among <paramref name="allowed"/>.</summary>
    public static IReadOnlyList<string>? ReadScopes(string scope, IReadOnlyList<string> allowed)
    {
        string[] requested = [.. scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct()];
        return requested.All(allowed.Contains) ? requested : null;
    }
}
