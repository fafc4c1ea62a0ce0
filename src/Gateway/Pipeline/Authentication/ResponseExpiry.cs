using System.Globalization;
using Gateway.Tokens;

namespace Gateway.Pipeline.Authentication;

/// <summary>
/// <c>Gateway:Identity:ResponseExpiry</c>: tells the client how many whole seconds its verified token has left when the response starts. In
/// the clock skew after <c>exp</c> that is 0.
/// </summary>
internal sealed class ResponseExpiry(HttpContext context, string header, AccessToken token, TimeProvider time)
{
    private static readonly Func<object, Task> Write = static state =>
    {
        ((ResponseExpiry)state).SetHeader();
        return Task.CompletedTask;
    };

    /// <summary>Has the header written when the response starts, because the client counts from there.</summary>
    public static void Announce(HttpContext context, string header, AccessToken token, TimeProvider time) =>
        context.Response.OnStarting(Write, new ResponseExpiry(context, header, token, time));

    private void SetHeader()
    {
        var left = token.ExpiresAt - (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        context.Response.Headers[header] = ((long)Math.Max(0, Math.Floor(left))).ToString(CultureInfo.InvariantCulture);
    }
}
