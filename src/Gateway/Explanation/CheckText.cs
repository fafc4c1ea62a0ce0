namespace Gateway.Explanation;

/// <summary>
/// The texts of a check: what it expected, what it found, and what to change when it failed. A text may hold a cure although the check
/// passed; the row that is shown then leaves it out.
/// </summary>
internal readonly record struct CheckText(string Expected, string Found, string? Cure = null);
