using System.Text.RegularExpressions;
using Convo.Bench.Retrieval;

namespace Convo.Bench.SearchScale;

/// <summary>Where the passages of a large stock come from. A file's number decides every word of it.</summary>
internal abstract class ScaleCorpus
{
    /// <summary>The most passages there are.</summary>
    public abstract int Passages { get; }

    public abstract IReadOnlyList<string> File(int file, int chunks);

    /// <summary>A word that stands nearly everywhere.</summary>
    protected abstract string CommonWord(Random random);

    /// <summary>Three to five words that stand together in one passage, and one that stands nearly everywhere.</summary>
    public virtual string Question(int number, int file, int chunks)
    {
        var random = new Random(-1 - number);
        var words = File(file, chunks)[random.Next(chunks)].Split([' ', '.', ',', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var telling = words.Distinct(StringComparer.Ordinal).Where(word => word.Length > 4).OrderBy(_ => random.Next()).Take(3 + random.Next(3));
        return string.Join(' ', telling.Append(CommonWord(random)));
    }
}

/// <summary>Real passages: those of a collection in BEIR's layout, cut after some 190 words, with the collection's own questions.</summary>
internal sealed partial class BeirCorpus : ScaleCorpus
{
    private const int WordsPerChunk = 190;

    private readonly IReadOnlyList<BeirQuery> _questions;
    private readonly List<string> _passages;

    public BeirCorpus(string folder)
    {
        var (documents, questions) = BeirCollection.ReadTexts(folder);
        _questions = questions;
        _passages = [.. documents.SelectMany(document => Space().Split($"{document.Title} {document.Text}".Trim()).Chunk(WordsPerChunk)).Select(words => string.Join(' ', words)).Where(text => text.Length > 0)];
    }

    public override int Passages => _passages.Count;

    public override IReadOnlyList<string> File(int file, int chunks) => [.. _passages.Skip(file * chunks).Take(chunks)];

    public override string Question(int number, int file, int chunks) =>
        _questions.Count > 0 ? _questions[number % _questions.Count].Text : base.Question(number, file, chunks);

    protected override string CommonWord(Random random) => "the";

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Space();
}
