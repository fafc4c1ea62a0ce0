using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Gateway.Foundation;
using Gateway.Jose;

namespace Gateway.Issuers.Introspection;

/// <summary>The claims of an active token, or why there are none; exactly one of the two.</summary>
internal sealed record IntrospectionAnswer(JsonElement? Claims, RejectionReason? Reason)
{
    public static readonly IntrospectionAnswer Inactive = new(null, RejectionReason.Inactive);
    public static readonly IntrospectionAnswer Unavailable = new(null, RejectionReason.IntrospectionUnavailable);
    public static readonly IntrospectionAnswer OtherIssuer = new(null, RejectionReason.UnknownIssuer);
}

/// <summary>Reads the members of a response (RFC 7662 section 2.2).</summary>
internal static class IntrospectionMembers
{
    /// <summary>False with the error when the members are not such a response.</summary>
    /// <param name="until">The Unix second that stands for an absent <c>exp</c>.</param>
    public static bool TryRead(
        JsonElement members, string issuer, long until, [NotNullWhen(true)] out IntrospectionAnswer? answer,
        [NotNullWhen(false)] out string? error)
    {
        answer = null;
        error = "`active` is not a boolean";
        if (!members.TryGetProperty("active"u8, out var active) || active.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            return false;
        }

        error = null;
        if (active.ValueKind == JsonValueKind.False)
        {
            answer = IntrospectionAnswer.Inactive;
            return true;
        }

        // Optional, as the gateway knows whom it has asked. A server that serves several issuers must not hand us the token of another.
        answer = members.TryGetProperty("iss"u8, out var iss) && !(iss.ValueKind == JsonValueKind.String && iss.ValueEquals(issuer))
            ? IntrospectionAnswer.OtherIssuer
            : new IntrospectionAnswer(ClaimsOf(members, issuer, until), null);
        return true;
    }

    /// <summary>The claims set as a signed token would have it: without <c>active</c>, with <c>iss</c> and <c>exp</c>.</summary>
    private static JsonElement ClaimsOf(JsonElement members, string issuer, long until)
    {
        var claims = Utf8Json.Object(json =>
        {
            foreach (var member in members.EnumerateObject())
            {
                if (!member.NameEquals("active"u8))
                {
                    member.WriteTo(json);
                }
            }

            if (!members.TryGetProperty("iss"u8, out _))
            {
                json.WriteString("iss"u8, issuer);
            }

            if (!members.TryGetProperty("exp"u8, out _))
            {
                json.WriteNumber("exp"u8, until);
            }
        });

        return JsonElement.Parse(claims);
    }
}
