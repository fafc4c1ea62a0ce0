namespace Gateway.Explanation;

/// <summary>The texts of a check: what it expected, what it found, and what to change when it failed.</summary>
internal readonly record struct CheckText(string Expected, string Found, string? Cure = null);
