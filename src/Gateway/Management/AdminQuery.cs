using Gateway.Errors;

namespace Gateway.Management;

/// <summary>The query of a call to <c>/admin</c>, in which a slip of the pen must not widen what is asked for.</summary>
internal static class AdminQuery
{
    /// <summary>
    /// The error when a parameter is unknown or occurs twice; else null. A misspelled <c>prefix</c> that was ignored would list, or let a
    /// script act on, everything.
    /// </summary>
    public static OAuthError? Unknown(IQueryCollection query, params ReadOnlySpan<string> known)
    {
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name))
            {
                return OAuthError.Invalid(
                    $"{name[..Math.Min(name.Length, 40)]}: this parameter is unknown; known are {string.Join(", ", known.ToArray())}.");
            }

            if (values.Count != 1)
            {
                return OAuthError.Invalid($"{name}: this parameter occurs twice.");
            }
        }

        return null;
    }
}
