using System.Text;

namespace Gateway.Benchmarks;

/// <summary>The lines of a report in Markdown.</summary>
internal sealed class ReportText
{
    private readonly StringBuilder _text = new();

    public void Line(string line = "") => _text.Append(line).Append('\n');

    /// <summary>Without empty lines at the end.</summary>
    public override string ToString() => _text.ToString().TrimEnd();
}
