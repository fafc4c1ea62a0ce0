using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Gateway.Settings;

/// <summary>The position of a setting in the file, and the kind of its JSON value.</summary>
internal readonly record struct FileSetting(int Line, int Column, JsonTokenType Kind, string? Text);

/// <summary>
/// yarp.json as a flat list of settings with their positions. Comments and trailing commas are allowed, as in every .NET settings file. A
/// key that occurs twice is an error, because only one of the two would have an effect.
/// </summary>
internal sealed class YarpJson
{
    // Levels. The reader gets two more, so that this limit, whose message has a cure, is reached first.
    private const int MaxDepth = 32;

    private readonly Dictionary<string, FileSetting> _settings = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<string>> _children = new(StringComparer.OrdinalIgnoreCase);

    private YarpJson(string name) => Name = name;

    /// <summary>The file's name as messages show it.</summary>
    public string Name { get; }

    /// <summary>The settings that have a value. A null in the file means "not set", so that defaults apply.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Values =>
        from setting in _settings
        where setting.Value.Kind is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False
        select KeyValuePair.Create(setting.Key, setting.Value.Text);

    /// <exception cref="ConfigurationException">The text is not JSON, or a key occurs twice.</exception>
    public static YarpJson Parse(string name, ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        var document = new YarpJson(name);
        var errors = new List<ConfigurationError>();
        if (!Utf8.IsValid(utf8))
        {
            throw Error(name, "", "this is not UTF-8.", "Save the file as UTF-8.");
        }

        try
        {
            document.Read(utf8, errors);
        }
        catch (JsonException fault)
        {
            throw Error(
                $"{name}:{fault.LineNumber + 1}:{fault.BytePositionInLine + 1}", "", "this is not JSON.",
                "Look for a missing comma, quote or bracket just before this position.");
        }

        return errors.Count == 0 ? document : throw new ConfigurationException(errors);
    }

    public FileSetting? Find(string path) => _settings.TryGetValue(path, out var setting) ? setting : null;

    /// <summary>The names in an object or the indexes of a list, also those without a value. The path of the root is empty.</summary>
    public IReadOnlyList<string> ChildrenOf(string path) => _children.TryGetValue(path, out var names) ? names : [];

    /// <summary>The closest parent, in the file, of a setting that is missing.</summary>
    public FileSetting? FindParent(string path)
    {
        for (var end = path.LastIndexOf(':'); end > 0; end = path.LastIndexOf(':', end - 1))
        {
            if (Find(path[..end]) is { } parent)
            {
                return parent;
            }
        }

        return null;
    }

    private void Read(ReadOnlySpan<byte> utf8, List<ConfigurationError> errors)
    {
        var reader = new Utf8JsonReader(
            utf8,
            new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxDepth + 2 });
        var position = new PositionTracker(utf8);
        // Each open object or array: its path, and the index of the next item in an array.
        var open = new Stack<(string Path, int NextIndex)>();
        var path = "";
        while (reader.Read())
        {
            var (line, column) = position.Of((int)reader.TokenStartIndex);
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var name = TextOf(in reader, line, column);
                    path = Join(open.Peek().Path, name);
                    if (name.Length == 0 || name.Contains(':', StringComparison.Ordinal))
                    {
                        // .NET's configuration would read the colon as a separator between object and member.
                        errors.Add(
                            new ConfigurationError(
                                $"{Name}:{line}:{column}", path, "this key is empty or contains a colon.", "Rename it, or nest objects."));
                    }
                    else if (_settings.ContainsKey(path))
                    {
                        errors.Add(new ConfigurationError($"{Name}:{line}:{column}", path, "this key occurs twice.", "Keep one of them."));
                    }

                    Add(open.Peek().Path, name, path, line, column);
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    continue;
            }

            if (open.TryPeek(out var parent) && parent.NextIndex >= 0)
            {
                open.Pop();
                open.Push((parent.Path, parent.NextIndex + 1));
                var index = parent.NextIndex.ToString(System.Globalization.CultureInfo.InvariantCulture);
                path = Join(parent.Path, index);
                Add(parent.Path, index, path, line, column);
            }

            if (open.Count == 0 && reader.TokenType != JsonTokenType.StartObject)
            {
                throw Error($"{Name}:{line}:{column}", "", "the file must hold an object.", "Write { ... }.");
            }

            var isContainer = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (path.Length > 0)
            {
                var text = isContainer || reader.TokenType == JsonTokenType.Null ? null
                    : reader.TokenType == JsonTokenType.String ? TextOf(in reader, line, column)
                    : Encoding.UTF8.GetString(reader.ValueSpan);
                _settings[path] = _settings[path] with { Kind = reader.TokenType, Text = text };
            }

            if (isContainer)
            {
                if (open.Count == MaxDepth)
                {
                    throw Error(
                        $"{Name}:{line}:{column}", "", $"objects and lists are nested deeper than {MaxDepth} levels.",
                        "No setting needs that; look for an extra bracket.");
                }

                open.Push((path, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
            }
        }
    }

    private void Add(string parent, string name, string path, int line, int column)
    {
        _settings[path] = new FileSetting(line, column, JsonTokenType.None, null);
        if (!_children.TryGetValue(parent, out var names))
        {
            _children[parent] = names = [];
        }

        names.Add(name);
    }

    /// <summary>The text without escapes. The reader accepts <c>\ud800</c> alone, which is no character.</summary>
    private string TextOf(in Utf8JsonReader reader, int line, int column)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error($"{Name}:{line}:{column}", "", "this text contains an unpaired \\u surrogate.", "Write the character itself.");
        }
    }

    private static string Join(string parent, string name) => parent.Length == 0 ? name : $"{parent}:{name}";

    private static ConfigurationException Error(string location, string path, string problem, string cure) =>
        new([new ConfigurationError(location, path, problem, cure)]);

    /// <summary>Line and column of ascending offsets, counted once over the whole file.</summary>
    private ref struct PositionTracker(ReadOnlySpan<byte> utf8)
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private int _offset;
        private int _line = 1;
        private int _lineStart;

        public (int Line, int Column) Of(int offset)
        {
            for (; _offset < offset; _offset++)
            {
                if (_utf8[_offset] == '\n')
                {
                    _line++;
                    _lineStart = _offset + 1;
                }
            }

            return (_line, offset - _lineStart + 1);
        }
    }
}
