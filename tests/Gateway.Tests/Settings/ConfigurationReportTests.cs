using Gateway.Settings;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Settings;

public sealed class ConfigurationReportTests
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromDays(1);

    [Theory]
    [InlineData("00:00:00.0099999", "Choose 00:00:00.010 to 1.00:00:00.")]
    [InlineData("00:00:00.01", null)]
    [InlineData("1.00:00:00", null)]
    [InlineData("1.00:00:00.0000001", "Choose 00:00:00.010 to 1.00:00:00.")]
    [InlineData(null, null)]
    public void Time_out_of_range_is_an_error_that_names_the_bounds(string? time, string? cure) =>
        CureOf(report => report.Range("Gateway:Time", time is null ? null : TimeSpan.Parse(time), Least, Most)).ShouldBe(cure);

    [Theory]
    [InlineData(0, "Choose 1 to 10000.")]
    [InlineData(1, null)]
    [InlineData(10_000, null)]
    [InlineData(10_001, "Choose 1 to 10000.")]
    public void Number_out_of_range_is_an_error_that_names_the_bounds(int number, string? cure) =>
        CureOf(report => report.Range("Gateway:Number", number, 1, 10_000)).ShouldBe(cure);

    private static string? CureOf(Action<ConfigurationReport> check)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "{}");
        var report = new ConfigurationReport(ConfigurationFile.Read(file).Parse(), new ConfigurationBuilder().Build(), ErrorRules.Meaning);
        File.Delete(file);
        check(report);
        return report.Errors.SingleOrDefault()?.Cure;
    }
}
