using System.Text.Json;

namespace Convo.Core.Knowledge;

/// <summary>Writes JSON values as tables and lines.</summary>
internal sealed class JsonBlocks(DocumentBuilder output)
{
    private const int MaxColumns = 60;
    private const int RowsPerTable = 200;
    private const int LinesPerBlock = 40;

    public void Write(JsonElement root) => WriteValue(root, "", 1);

    /// <summary>A list of values, as a table when they are flat records.</summary>
    public void WriteRecords(IReadOnlyList<JsonElement> items)
    {
        var columns = Columns(items);
        if (columns is null)
        {
            foreach (var (index, item) in items.Index())
                WriteValue(item, items.Count == 1 ? "" : $"[{index + 1}]", 2);
            return;
        }
        foreach (var part in items.Chunk(RowsPerTable))
            output.Table([columns, .. part.Select(item => (IReadOnlyList<string>)columns.ConvertAll(column => item.TryGetProperty(column, out var value) ? Scalar(value) : ""))], 1);
    }

    private void WriteValue(JsonElement value, string path, int level)
    {
        if (value.ValueKind == JsonValueKind.Array && Columns([.. value.EnumerateArray()]) is not null)
        {
            output.Heading(path, level, 1);
            WriteRecords([.. value.EnumerateArray()]);
            return;
        }
        if (level <= 2 && value.ValueKind == JsonValueKind.Object)
        {
            output.Heading(path, level, 1);
            Lines(value.EnumerateObject().Where(member => !IsLarge(member.Value)).SelectMany(member => Flat(member.Value, member.Name)));
            foreach (var member in value.EnumerateObject().Where(member => IsLarge(member.Value)))
                WriteValue(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", level + 1);
            return;
        }
        output.Heading(path, level, 1);
        Lines(Flat(value, ""));
    }

    private void Lines(IEnumerable<string> lines)
    {
        foreach (var part in lines.Chunk(LinesPerBlock))
            output.Lines(string.Join('\n', part), 1);
    }

    private static IEnumerable<string> Flat(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var line in value.EnumerateObject().SelectMany(member => Flat(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}")))
                    yield return line;
                break;
            case JsonValueKind.Array when value.EnumerateArray().All(item => !IsContainer(item)):
                yield return Line(path, string.Join(", ", value.EnumerateArray().Select(Scalar)));
                break;
            case JsonValueKind.Array:
                foreach (var line in value.EnumerateArray().Index().SelectMany(item => Flat(item.Item, $"{path}[{item.Index + 1}]")))
                    yield return line;
                break;
            default:
                yield return Line(path, Scalar(value));
                break;
        }
    }

    /// <summary>The names of all fields when the items are records of scalars, else null.</summary>
    private static List<string>? Columns(IReadOnlyList<JsonElement> items)
    {
        if (items.Count < 2 || items.Any(item => item.ValueKind != JsonValueKind.Object))
            return null;
        var columns = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in items.SelectMany(item => item.EnumerateObject()))
        {
            if (member.Value.ValueKind == JsonValueKind.Object || (member.Value.ValueKind == JsonValueKind.Array && member.Value.EnumerateArray().Any(IsContainer)))
                return null;
            if (known.Add(member.Name))
                columns.Add(member.Name);
            if (columns.Count > MaxColumns)
                return null;
        }
        return columns.Count > 1 ? columns : null;
    }

    private static string Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Scalar)),
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    private static string Line(string path, string text) => text.Length == 0 ? "" : path.Length == 0 ? text : $"{path}: {text}";

    private static bool IsContainer(JsonElement value) => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;

    private static bool IsLarge(JsonElement value) => IsContainer(value) && value.GetRawText().Length > 400;
}
