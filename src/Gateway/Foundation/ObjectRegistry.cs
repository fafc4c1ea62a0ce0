namespace Gateway.Foundation;

/// <summary>
/// The runtime objects of one configuration, each by its identity: the settings that it was made of. The next configuration takes over the
/// objects whose identity it has too, so that key rings keep their keys and limits go on counting. Immutable, so that a change that fails
/// leaves the objects in effect as they are.
/// </summary>
internal sealed class ObjectRegistry
{
    public static readonly ObjectRegistry Empty = new([]);

    private readonly Dictionary<(Type Type, object Identity), object> _objects;

    private ObjectRegistry(Dictionary<(Type Type, object Identity), object> objects) => _objects = objects;

    /// <summary>The objects to release when the other registry is in effect in place of this one.</summary>
    public IDisposable[] ReleasedBy(ObjectRegistry other)
    {
        var kept = other._objects.Values.ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. _objects.Values.OfType<IDisposable>().Where(each => !kept.Contains(each))];
    }

    /// <summary>Collects the objects of the next configuration.</summary>
    internal sealed class Draft(ObjectRegistry previous)
    {
        private readonly Dictionary<(Type Type, object Identity), object> _objects = [];

        /// <summary>The object of this identity: that of the previous configuration if it has one, else a new one.</summary>
        /// <param name="identity">A value with structural equality.</param>
        public T GetOrAdd<T>(object identity, Func<T> create)
            where T : class
        {
            var key = (typeof(T), identity);
            if (!_objects.TryGetValue(key, out var found) && !previous._objects.TryGetValue(key, out found))
            {
                found = create();
            }

            _objects[key] = found;
            return (T)found;
        }

        public ObjectRegistry Complete() => new(_objects);
    }
}
