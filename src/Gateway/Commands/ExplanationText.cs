using System.Text;
using Gateway.Explanation;
using Gateway.Foundation;

namespace Gateway.Commands;

/// <summary>
/// An explanation for a terminal or a ticket: each check with what was expected and found. The verdict is last, because a terminal
/// shows the end of a long text.
/// </summary>
internal static class ExplanationText
{
    // Characters: the longest mark, "not checked", and a space.
    private const int MarkWidth = 12;

    public static string Of(TokenExplanation explanation)
    {
        var text = new StringBuilder();
        text.Append(explanation.Route is { } route ? $"Route {Shown.Text(route)}" : "Any route")
            .Append(", policy ")
            .Append(explanation.Policy)
            .Append('\n')
            .Append('\n');
        var settingWidth = explanation.Settings.Select(fact => fact.Setting.Length).DefaultIfEmpty(0).Max() + 2;
        foreach (var fact in explanation.Settings)
        {
            text.Append(fact.Setting.PadRight(settingWidth)).Append(VisibleText.Escape(fact.Effect)).Append('\n');
        }

        if (explanation.Settings.Count > 0)
        {
            text.Append('\n');
        }

        var nameWidth = explanation.Checks.Select(check => check.Title.Length).DefaultIfEmpty(0).Max() + 2;
        var decided = false;
        foreach (var check in explanation.Checks)
        {
            var mark = check.Outcome switch
            {
                CheckOutcome.Passed => "ok",
                CheckOutcome.NotChecked => "not checked",
                // Only the first failure is what a client sees; the later ones would come up after it is repaired.
                _ => decided ? "fails too" : "FAILS",
            };
            decided |= check.Outcome == CheckOutcome.Failed;
            text.Append(mark.PadRight(MarkWidth)).Append(check.Title.PadRight(nameWidth));
            if (check.Outcome == CheckOutcome.NotChecked)
            {
                text.Append(check.Found).Append('\n');
            }
            else
            {
                text.Append("expected  ").Append(check.Expected).Append('\n');
                AppendLine("found     ", check.Found);
            }

            if (check.Cure is { } cure)
            {
                AppendLine("change    ", cure);
            }
        }

        if (explanation.Checks.Count > 0)
        {
            text.Append('\n');
        }

        return text.Append(explanation.Summary).Append('\n').ToString();

        void AppendLine(string what, string value) => text.Append(' ', MarkWidth + nameWidth).Append(what).Append(value).Append('\n');
    }
}
