using System.Net;
using System.Net.Http.Headers;

namespace Gateway.LoadTests.Scenarios;

/// <summary>Sends a scenario's requests and says of each answer whether it was right.</summary>
internal sealed class Sender(HttpClient client, Uri target, TimeProvider time)
{
    /// <summary>A client for load: no cookies or redirects, and as many connections as it takes.</summary>
    public static HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(30),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        DefaultRequestVersion = HttpVersion.Version20,
    };

    /// <param name="started">The timestamp of the scenario's start, for the knee.</param>
    public async Task<Outcome> SendAsync(LoadScenario scenario, long started)
    {
        var sent = time.GetTimestamp();
        var request = scenario.Next();
        var outcome = await SendAsync(request);
        scenario.Knee?.Add(time.GetElapsedTime(started, sent), time.GetElapsedTime(sent).TotalMilliseconds, outcome.IsRight);
        return outcome;
    }

    private async Task<Outcome> SendAsync(LoadRequest request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, target);
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", request.Token);
        try
        {
            using var answer = await client.SendAsync(message);
            var body = await answer.Content.ReadAsByteArrayAsync();
            var status = (int)answer.StatusCode;
            return new Outcome(request.Accepted.Contains(status), status, body.Length);
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            return new Outcome(false, 0, 0);
        }
    }
}
