using System.Globalization;
using System.Text.Json;

namespace Convo.Bench.Retrieval;

/// <param name="Id">As the relevance judgements name it.</param>
internal sealed record BeirDocument(string Id, string Title, string Text);

internal sealed record BeirQuery(string Id, string Text);

/// <summary>
/// A retrieval collection in BEIR's layout: <c>corpus.jsonl</c> and <c>queries.jsonl</c> (<c>_id, title, text</c>), judgements in
/// <c>qrels.tsv</c> or <c>qrels/test.tsv</c> (query, document, score; a heading is skipped; TREC's four columns are read as well).
/// </summary>
internal sealed record BeirCollection(
    IReadOnlyList<BeirDocument> Documents, IReadOnlyList<BeirQuery> Queries, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Judgements)
{
    /// <param name="qrels">A judgement file relative to the folder; null: the usual places.</param>
    /// <exception cref="ArgumentException">The folder is not a collection.</exception>
    public static BeirCollection Read(string folder, string? qrels)
    {
        var places = qrels is null ? ["qrels.tsv", Path.Combine("qrels", "test.tsv")] : new[] { qrels };
        var judgementFile = places.Select(place => Path.Combine(folder, place)).FirstOrDefault(File.Exists)
            ?? throw new ArgumentException($"{folder} has no {string.Join(" and no ", places)}.");
        var judgements = ReadJudgements(judgementFile);
        var (documents, queries) = ReadTexts(folder);
        return new BeirCollection(documents, [.. queries.Where(query => judgements.ContainsKey(query.Id))], judgements);
    }

    /// <summary>Without judgements.</summary>
    public static (IReadOnlyList<BeirDocument> Documents, IReadOnlyList<BeirQuery> Queries) ReadTexts(string folder) =>
        (ReadLines(Path.Combine(folder, "corpus.jsonl"), (id, line) => new BeirDocument(id, Text(line, "title"), Text(line, "text"))),
            ReadLines(Path.Combine(folder, "queries.jsonl"), (id, line) => new BeirQuery(id, Text(line, "text"))));

    private static List<T> ReadLines<T>(string file, Func<string, JsonElement, T> read)
    {
        if (!File.Exists(file))
        {
            throw new ArgumentException($"{file} is missing.");
        }

        var items = new List<T>();
        foreach (var line in File.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            using var json = JsonDocument.Parse(line);
            items.Add(read(Text(json.RootElement, "_id"), json.RootElement));
        }

        return items;
    }

    private static string Text(JsonElement line, string member) =>
        line.TryGetProperty(member, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText() : "";

    private static Dictionary<string, IReadOnlyDictionary<string, int>> ReadJudgements(string file)
    {
        var byQuery = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(file))
        {
            var cells = line.Split(['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
            var (query, document) = cells.Length >= 4 ? (cells[0], cells[2]) : cells.Length == 3 ? (cells[0], cells[1]) : ("", "");
            // A heading's last cell is a word. What is judged irrelevant is as good as unjudged.
            if (query.Length > 0 && int.TryParse(cells[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var score) && score > 0)
            {
                if (!byQuery.TryGetValue(query, out var relevant))
                {
                    byQuery[query] = relevant = new Dictionary<string, int>(StringComparer.Ordinal);
                }

                relevant[document] = score;
            }
        }

        return byQuery.ToDictionary(pair => pair.Key, IReadOnlyDictionary<string, int> (pair) => pair.Value, StringComparer.Ordinal);
    }
}
