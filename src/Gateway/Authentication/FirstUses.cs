namespace Gateway.Authentication;

/// <summary>A token that is being verified, and those who wait for the same answer.</summary>
internal sealed class FirstUse(ReadOnlyMemory<char> text)
{
    private readonly TaskCompletionSource<Verification?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer, or null when whoever looked for it gave up.</summary>
    public Task<Verification?> Answer => _answer.Task;

    public bool Is(ReadOnlySpan<char> other) => text.Span.SequenceEqual(other);

    public void End(Verification? answer) => _answer.TrySetResult(answer);
}

/// <summary>Has a token that comes with many requests at once verified by one of them (single flight).</summary>
internal sealed class FirstUses
{
    // Tokens that happen to share a slot are verified side by side, as if there were no slots.
    private readonly FirstUse?[] _slots = new FirstUse?[256];

    /// <summary>The same token's verification that is under way; null when the caller is the one to verify it.</summary>
    public FirstUse? Join(FirstUse own, ReadOnlySpan<char> text, ulong hash)
    {
        var running = Interlocked.CompareExchange(ref SlotOf(hash), own, null);
        return running is not null && running.Is(text) ? running : null;
    }

    public void Leave(FirstUse own, ulong hash) => Interlocked.CompareExchange(ref SlotOf(hash), null, own);

    private ref FirstUse? SlotOf(ulong hash) => ref _slots[hash % (ulong)_slots.Length];
}
