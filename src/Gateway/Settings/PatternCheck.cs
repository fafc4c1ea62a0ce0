using System.Text.RegularExpressions;
using Gateway.Foundation;

namespace Gateway.Settings;

/// <summary>Compiles the regular expressions of the configuration.</summary>
internal static class PatternCheck
{
    /// <summary>Reports a pattern that is not valid and returns null.</summary>
    public static Regex? Compile(string path, string pattern, ConfigurationReport report)
    {
        try
        {
            return LinearPattern.Compile(pattern);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            var (problem, cure) = PatternFault.Of(fault, pattern);
            report.Error(path, problem, cure);
            return null;
        }
    }
}
