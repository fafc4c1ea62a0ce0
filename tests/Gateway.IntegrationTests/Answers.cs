using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests;

/// <summary>What a client looks at in an answer.</summary>
internal static class Answers
{
    /// <summary>A header's value exactly as it came.</summary>
    public static string? Raw(this HttpResponseMessage response, string header) =>
        response.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString()
        : response.Content.Headers.NonValidated.TryGetValues(header, out values) ? values.ToString()
        : null;

    /// <summary>The body of what must be an RFC 9457 problem with this status that nobody may cache.</summary>
    public static async Task<JsonObject> ShouldBeProblemAsync(this HttpResponseMessage response, int status)
    {
        ((int)response.StatusCode).ShouldBe(status);
        response.Raw("Content-Type").ShouldBe("application/problem+json");
        response.Raw("Cache-Control").ShouldBe("no-store");
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        problem["status"]!.GetValue<int>().ShouldBe(status);
        problem["title"]!.GetValue<string>().ShouldNotBeEmpty();
        problem["traceId"]!.GetValue<string>().ShouldNotBeEmpty();
        return problem;
    }

    /// <summary>A body that is worth reading whatever the status.</summary>
    public static async Task<string> GetStringIgnoringStatusAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return await response.Content.ReadAsStringAsync();
    }
}
