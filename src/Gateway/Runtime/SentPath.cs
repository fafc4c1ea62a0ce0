namespace Gateway.Runtime;

/// <summary>
/// The path of a request as it was sent, percent-encodings and all: a piece of the request target, so that it costs no string of its own.
/// The default is a path that cannot be forwarded as it was sent, because it had dot segments.
/// </summary>
internal readonly record struct SentPath(string? Source, int Start, int Length)
{
    public bool IsKept => Source is not null;

    public ReadOnlySpan<char> Span => Source.AsSpan(Start, Length);
}
