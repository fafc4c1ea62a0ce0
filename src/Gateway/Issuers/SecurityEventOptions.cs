using Gateway.Settings;

namespace Gateway.Issuers;

/// <summary>Security events of the issuer (CAEP, RISC) end access here: <c>Gateway:Issuers:{name}:SecurityEvents</c>.</summary>
internal sealed class SecurityEventOptions
{
    /// <summary>The exact <c>aud</c> of the issuer's security event tokens, as agreed for this receiver. Required.</summary>
    public string? Audience { get; init; }

    /// <summary>
    /// Whether a subject that is named by its email address is the one with this address as <c>sub</c>. Only for issuers whose access
    /// tokens have the address there. Default false: such events are rejected.
    /// </summary>
    public bool EmailIsSubject { get; init; }

    /// <summary>
    /// Whether an event that names a session and its user ends that session alone. Only for issuers whose access tokens carry <c>sid</c>:
    /// others would outlive the event. Default false: the user's other sessions must refresh their access tokens once.
    /// </summary>
    public bool SessionOnly { get; init; }
}

/// <summary>The checked form of <see cref="SecurityEventOptions"/>.</summary>
internal sealed record SecurityEventSettings(string Audience, bool EmailIsSubject, bool SessionOnly);

/// <summary>Checks <c>Gateway:Issuers:{name}:SecurityEvents</c>.</summary>
internal static class SecurityEventCheck
{
    /// <param name="path">The issuer's place.</param>
    public static SecurityEventSettings? Build(string name, string path, SecurityEventOptions? options, ConfigurationReport report)
    {
        if (options is null)
        {
            return null;
        }

        path += ":SecurityEvents";
        if (string.IsNullOrWhiteSpace(options.Audience))
        {
            report.Error(
                $"{path}:Audience", "the receiver needs an audience.",
                "Write the `aud` of the issuer's stream to this gateway; else the events of any other receiver would do.");
        }

        CheckName(name, path, report);
        return new SecurityEventSettings(options.Audience ?? "", options.EmailIsSubject, options.SessionOnly);
    }

    /// <summary>Reports a name that cannot be a segment of a path, for a setting that gives the issuer an endpoint.</summary>
    public static void CheckName(string name, string path, ConfigurationReport report)
    {
        if (!name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
        {
            report.Error(
                path, "the issuer's name is part of the endpoint's path, and has characters that are not valid there.",
                "Rename the issuer with letters, digits, hyphens, dots and underscores.");
        }
    }
}
