using Microsoft.Extensions.Primitives;

namespace Gateway.Errors;

/// <summary>Sets <c>Retry-After</c> on a 503: the gateway cannot decide, store or forward now.</summary>
internal static class RetrySoon
{
    // Seconds. Keys are loaded and stores are read again each second; when a request under way will end is unknown.
    private static readonly StringValues Seconds = "1";

    public static void SetRetryAfter(this HttpResponse response) => response.Headers.RetryAfter = Seconds;
}
