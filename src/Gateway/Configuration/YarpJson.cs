using System.Text;
using System.Text.Json;

namespace Gateway.Configuration;

/// <summary>Where a setting stands in the file, and what kind of JSON value it is.</summary>
internal readonly record struct FileSetting(int Line, int Column, JsonTokenType Kind, string? Text);

/// <summary>
/// yarp.json as a flat list of settings that know their line. Comments and trailing commas are fine, as in every .NET settings file;
/// a key that occurs twice is not, since only one of the two would count.
/// </summary>
internal sealed class YarpJson
{
    private readonly Dictionary<string, FileSetting> _settings = new(StringComparer.OrdinalIgnoreCase);

    private YarpJson(string name) => Name = name;

    /// <summary>The file's name as messages show it.</summary>
    public string Name { get; }

    public IEnumerable<KeyValuePair<string, FileSetting>> Settings => _settings;

    /// <exception cref="ConfigurationException">The file cannot be read or is not JSON.</exception>
    public static YarpJson Load(string path)
    {
        try
        {
            return Parse(Path.GetFileName(path), File.ReadAllBytes(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Error(path, "", $"cannot be read: {fault.Message}", "Name a readable file with --config or GATEWAY_CONFIG.");
        }
    }

    /// <exception cref="ConfigurationException">The text is not JSON, or a key occurs twice.</exception>
    public static YarpJson Parse(string name, ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        var document = new YarpJson(name);
        var errors = new List<ConfigurationError>();
        try
        {
            document.Read(utf8, errors);
        }
        catch (JsonException fault)
        {
            throw Error(
                $"{name}:{fault.LineNumber + 1}:{fault.BytePositionInLine + 1}", "", "this is not JSON.", "Look for a missing comma, quote or bracket just before.");
        }

        return errors.Count == 0 ? document : throw new ConfigurationException(errors);
    }

    public FileSetting? Find(string path) => _settings.TryGetValue(path, out var setting) ? setting : null;

    public string LocationOfParent(string path)
    {
        for (var end = path.LastIndexOf(':'); end > 0; end = path.LastIndexOf(':', end - 1))
        {
            if (Find(path[..end]) is { } parent)
            {
                return $"{Name}:{parent.Line}:{parent.Column}";
            }
        }

        return Name;
    }

    private void Read(ReadOnlySpan<byte> utf8, List<ConfigurationError> errors)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        var position = new PositionTracker(utf8);
        // Each open object or array: its path, and the index of the next item in an array.
        var open = new Stack<(string Path, int NextIndex)>();
        var path = "";
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    path = Join(open.Peek().Path, reader.GetString()!);
                    var (line, column) = position.Of((int)reader.TokenStartIndex);
                    if (_settings.ContainsKey(path))
                    {
                        errors.Add(new ConfigurationError($"{Name}:{line}:{column}", path, "this key is there twice.", "Keep one of them."));
                    }

                    _settings[path] = new FileSetting(line, column, JsonTokenType.None, null);
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    continue;
            }

            if (open.TryPeek(out var parent) && parent.NextIndex >= 0)
            {
                open.Pop();
                open.Push((parent.Path, parent.NextIndex + 1));
                path = Join(parent.Path, parent.NextIndex.ToString(System.Globalization.CultureInfo.InvariantCulture));
                var (line, column) = position.Of((int)reader.TokenStartIndex);
                _settings[path] = new FileSetting(line, column, JsonTokenType.None, null);
            }

            var isContainer = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (path.Length > 0)
            {
                var text = isContainer || reader.TokenType == JsonTokenType.Null ? null
                    : reader.TokenType == JsonTokenType.String ? reader.GetString()
                    : Encoding.UTF8.GetString(reader.ValueSpan);
                _settings[path] = _settings[path] with { Kind = reader.TokenType, Text = text };
            }

            if (isContainer)
            {
                open.Push((path, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
            }
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
