namespace Gateway.IntegrationTests.Helm;

/// <summary>A recorded file: compared, or written with <c>UPDATE_GOLDEN=1</c>, which CI never sets.</summary>
internal static class GoldenFile
{
    public static bool IsUpdating => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    public static void ShouldMatch(string path, string text)
    {
        if (IsUpdating)
        {
            File.WriteAllText(path, text);
        }

        File.Exists(path).ShouldBeTrue($"{path} is missing; UPDATE_GOLDEN=1 writes it.");
        text.ShouldBe(File.ReadAllText(path), $"{path} differs; UPDATE_GOLDEN=1 writes it anew.");
    }
}
