using System.Text;

namespace Gateway.Testing;

/// <summary>One span as a collector receives it.</summary>
internal sealed record OtlpSpan(string TraceId, string SpanId, string ParentSpanId, string Name, int Kind, int Status)
{
    public const int Server = 2;
    public const int Client = 3;
    public const int Failed = 2;

    /// <summary>Attribute values as text.</summary>
    public Dictionary<string, string> Attributes { get; } = [];

    /// <summary>Event names with their attributes.</summary>
    public List<(string Name, Dictionary<string, string> Attributes)> Events { get; } = [];

    /// <summary>Reads an <c>ExportTraceServiceRequest</c>: resource spans, scope spans, spans.</summary>
    public static IEnumerable<OtlpSpan> ReadAll(byte[] request) =>
        from resource in Fields(request).Where(field => field.Number == 1)
        from scope in Fields(resource.Bytes).Where(field => field.Number == 2)
        from span in Fields(scope.Bytes).Where(field => field.Number == 2)
        select Read(Fields(span.Bytes));

    private static OtlpSpan Read(List<Field> fields)
    {
        var status =
            fields.Where(field => field.Number == 15).SelectMany(field => Fields(field.Bytes)).FirstOrDefault(field => field.Number == 3);
        var span = new OtlpSpan(
            Hex(fields, 1), Hex(fields, 2), Hex(fields, 4), Text(fields, 5), (int)fields.First(field => field.Number == 6).Value,
            (int)status.Value);
        ReadAttributes(fields.Where(field => field.Number == 9), span.Attributes);
        foreach (var happening in fields.Where(field => field.Number == 11).Select(field => Fields(field.Bytes)))
        {
            var attributes = new Dictionary<string, string>();
            ReadAttributes(happening.Where(field => field.Number == 3), attributes);
            span.Events.Add((Text(happening, 2), attributes));
        }

        return span;
    }

    private static void ReadAttributes(IEnumerable<Field> attributes, Dictionary<string, string> into)
    {
        foreach (var pair in attributes.Select(attribute => Fields(attribute.Bytes)))
        {
            var value = Fields(pair.First(field => field.Number == 2).Bytes)[0];
            into[Text(pair, 1)] = value.Number == 1 ? Encoding.UTF8.GetString(value.Bytes) : $"{value.Value}";
        }
    }

    private static string Hex(List<Field> fields, int number) =>
        Convert.ToHexStringLower(fields.FirstOrDefault(field => field.Number == number).Bytes ?? []);

    private static string Text(List<Field> fields, int number) =>
        Encoding.UTF8.GetString(fields.FirstOrDefault(field => field.Number == number).Bytes ?? []);

    /// <summary>Protobuf's wire format: varints, fixed numbers and byte strings.</summary>
    private static List<Field> Fields(byte[] message)
    {
        var fields = new List<Field>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add(new Field(number, Varint(message, ref at), []));
                    break;
                case 1:
                    fields.Add(new Field(number, BitConverter.ToUInt64(message, at), []));
                    at += 8;
                    break;
                case 5:
                    fields.Add(new Field(number, BitConverter.ToUInt32(message, at), []));
                    at += 4;
                    break;
                default:
                    var length = (int)Varint(message, ref at);
                    fields.Add(new Field(number, 0, message[at..(at + length)]));
                    at += length;
                    break;
            }
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private readonly record struct Field(int Number, ulong Value, byte[] Bytes);
}
