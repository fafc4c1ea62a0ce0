namespace Gateway.RouteFeatures.Cors;

/// <summary>Who may call from a browser: an entry of <c>Gateway:Cors</c>, which routes name in <c>CorsPolicy</c>.</summary>
internal sealed class CorsPolicyOptions
{
    /// <summary>
    /// The origins whose pages may call, exactly as browsers write them: <c>https://app.example.com</c>, with a port when it is not the
    /// scheme's own, without path; <c>https://*.example.com</c> for every subdomain at any depth, but not the domain itself; origins of
    /// apps such as <c>capacitor://localhost</c>; <c>null</c>. Or <c>*</c> alone for every origin. Required.
    /// </summary>
    public List<string>? Origins { get; init; }

    /// <summary>The methods they may use besides GET, HEAD and POST; <c>*</c> alone for every method. Default none.</summary>
    public List<string>? Methods { get; init; }

    /// <summary>
    /// The request headers they may send besides those of a plain form; <c>*</c> alone for every header. Tokens need <c>Authorization</c>.
    /// Default none.
    /// </summary>
    public List<string>? Headers { get; init; }

    /// <summary>The response headers that scripts may read. Default none.</summary>
    public List<string>? ExposedHeaders { get; init; }

    /// <summary>Whether browsers may send cookies and client certificates; not together with <c>*</c> as origin. Default false.</summary>
    public bool Credentials { get; init; }

    /// <summary>How long browsers may remember the answer to a preflight. Default: their own, 5 seconds in most; up to 1 day.</summary>
    public TimeSpan? MaxAge { get; init; }
}
