using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Gateway.Foundation;

/// <summary>
/// An immutable list that equals another with the same items in the same order, so that records that hold one are values.
/// </summary>
[CollectionBuilder(typeof(ValueArray), nameof(ValueArray.Create))]
internal sealed class ValueArray<T>(ImmutableArray<T> items) : IReadOnlyList<T>, IEquatable<ValueArray<T>>
{
    public int Count => items.Length;

    public bool IsEmpty => items.IsEmpty;

    public T this[int index] => items[index];

    public static implicit operator ImmutableArray<T>(ValueArray<T> list) => list.ToImmutableArray();

    public ImmutableArray<T> ToImmutableArray() => items;

    public bool Contains(T item) => items.Contains(item);

    public bool Equals(ValueArray<T>? other) => other is not null && items.AsSpan().SequenceEqual(other.ToImmutableArray().AsSpan());

    public override bool Equals(object? obj) => Equals(obj as ValueArray<T>);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    public ImmutableArray<T>.Enumerator GetEnumerator() => items.GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => items.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.AsEnumerable().GetEnumerator();
}

/// <summary>Makes a <see cref="ValueArray{T}"/> of a collection expression.</summary>
internal static class ValueArray
{
    public static ValueArray<T> Create<T>(ReadOnlySpan<T> items) => new([.. items]);
}
