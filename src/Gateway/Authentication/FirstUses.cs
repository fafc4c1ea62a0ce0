namespace Gateway.Authentication;

/// <summary>A verification in progress, for which other requests with the same token can wait.</summary>
internal sealed class FirstUse(ReadOnlyMemory<char> text)
{
    private readonly TaskCompletionSource<Verification?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The result; null when the verifying request was cancelled, so that a waiting one must verify the token itself.</summary>
    public Task<Verification?> Result => _result.Task;

    public bool Is(ReadOnlySpan<char> other) => text.Span.SequenceEqual(other);

    public void End(Verification? result) => _result.TrySetResult(result);
}

/// <summary>When several requests with the same new token arrive at once, lets one of them verify it (single flight).</summary>
internal sealed class FirstUses
{
    // Different tokens that share a slot are verified independently.
    private readonly FirstUse?[] _slots = new FirstUse?[256];

    /// <summary>The verification of the same token in progress; null when the caller must verify it.</summary>
    public FirstUse? Join(FirstUse own, ReadOnlySpan<char> text, ulong hash)
    {
        var running = Interlocked.CompareExchange(ref SlotOf(hash), own, null);
        return running is not null && running.Is(text) ? running : null;
    }

    public void Leave(FirstUse own, ulong hash) => Interlocked.CompareExchange(ref SlotOf(hash), null, own);

    private ref FirstUse? SlotOf(ulong hash) => ref _slots[hash % (ulong)_slots.Length];
}
