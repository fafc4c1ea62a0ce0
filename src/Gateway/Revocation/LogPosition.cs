using System.Globalization;

namespace Gateway.Revocation;

/// <summary>
/// A position in a revocation log. The ids of a Redis stream consist of two numbers; the other stores use only the first. The default is
/// the start of the log.
/// </summary>
internal readonly record struct LogPosition(ulong First, ulong Second = 0)
{
    /// <summary>The smallest position after this one.</summary>
    public LogPosition Next => Second == ulong.MaxValue ? new LogPosition(First + 1) : this with { Second = Second + 1 };

    public bool IsAfter(LogPosition other) => (First, Second).CompareTo((other.First, other.Second)) > 0;

    /// <summary>Reads a stream id such as <c>1526919030474-55</c>.</summary>
    public static bool TryParse(string? id, out LogPosition position)
    {
        position = default;
        var dash = id.AsSpan().IndexOf('-');
        if (dash < 0
            || !ulong.TryParse(id.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !ulong.TryParse(id.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var second))
        {
            return false;
        }

        position = new LogPosition(first, second);
        return true;
    }

    /// <summary>The stream id.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Second}");
}
