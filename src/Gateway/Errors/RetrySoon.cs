using Microsoft.Extensions.Primitives;

namespace Gateway.Errors;

/// <summary>The <c>Retry-After</c> of what cannot be decided, stored or forwarded now (503).</summary>
internal static class RetrySoon
{
    // Seconds. Keys are loaded and stores are read again each second; when a request under way will end is unknown.
    private static readonly StringValues Seconds = "1";

    public static void SetRetryAfter(this HttpResponse response) => response.Headers.RetryAfter = Seconds;
}
