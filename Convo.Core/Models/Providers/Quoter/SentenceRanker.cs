namespace Convo.Core.Models.Providers.Quoter;

/// <param name="Position">Place within its passage.</param>
internal sealed record RankedSentence(QuotedPassage Passage, int Position, string Text, double Score);

/// <summary>
/// Scores sentences against a question with BM25 over the sentences of the prompt (Robertson, Zaragoza 2009), k1 1.2 and b 0.4 since
/// sentences differ less in length than documents do. A passage that fits as a whole lifts its sentences a little, and so does a number
/// where one was asked for.
/// </summary>
internal static class SentenceRanker
{
    /// <summary>Terms from which on a line counts as a sentence: a heading names the subject but says nothing about it.</summary>
    private const double FullSentence = 4;

    private const double K1 = 1.2;
    private const double B = 0.4;
    private const double EarlierWeight = 0.35;
    private const double PassageShare = 0.15;
    private const double NumberBonus = 1.15;

    private static readonly string[] NumberQuestions =
        ["how many", "how much", "how long", "how often", "how old", "when", "what year", "wie viel", "wieviel", "wie lange", "wann", "wie hoch", "combien", "quand", "cuanto", "cuánto", "cuándo", "quanto"];

    /// <summary>Sentences that share a word with the question, best first.</summary>
    public static IReadOnlyList<RankedSentence> Rank(QuoterPrompt prompt)
    {
        var weights = Weights(prompt);
        var sentences = prompt.Passages
            .SelectMany(p => Quotable(p).Select((text, i) => (Passage: p, Position: i, Text: text, Terms: Terms.OfSentence(text))))
            .DistinctBy(s => s.Text)
            .ToList();
        if (sentences.Count == 0)
        {
            return [];
        }

        var idf = weights.Keys.ToDictionary(term => term, term => Idf(sentences.Count, sentences.Count(s => s.Terms.Contains(term))));
        var average = sentences.Average(s => s.Terms.Count);
        var wantsNumber = NumberQuestions.Any(q => prompt.Question.Contains(q, StringComparison.OrdinalIgnoreCase));
        var scored = sentences.Select(s =>
        {
            var score = weights.Sum(w => w.Value * idf[w.Key] * TermFrequency(s.Terms.Count(t => t == w.Key), s.Terms.Count / average));
            score *= Math.Min(1, s.Terms.Count / FullSentence);
            return new RankedSentence(s.Passage, s.Position, s.Text, wantsNumber && s.Text.Any(char.IsDigit) ? score * NumberBonus : score);
        }).ToList();
        var ofPassage = scored.GroupBy(s => s.Passage.Number).ToDictionary(g => g.Key, g => g.Max(s => s.Score));
        return
        [
            .. scored.Where(s => s.Score > 0)
                .Select(s => s with { Score = s.Score + (PassageShare * ofPassage[s.Passage.Number] / (1 + (0.05 * s.Passage.Number))) })
                .OrderByDescending(s => s.Score),
        ];
    }

    /// <summary>The sentence that follows in the same passage, when there is one.</summary>
    public static IEnumerable<RankedSentence> After(RankedSentence sentence) =>
        Quotable(sentence.Passage).Skip(sentence.Position + 1).Take(1).Select(text => sentence with { Position = sentence.Position + 1, Text = text });

    private static IEnumerable<string> Quotable(QuotedPassage passage) => Sentences.Of(passage.Text).Where(IsQuotable);

    /// <summary>A short follow-up borrows the words of the question before it.</summary>
    private static Dictionary<string, double> Weights(QuoterPrompt prompt)
    {
        var weights = Terms.OfQuestion(prompt.Question).ToDictionary(t => t, _ => 1.0);
        if (weights.Count < 3)
        {
            foreach (var term in Terms.OfQuestion(prompt.EarlierQuestion))
            {
                weights.TryAdd(term, EarlierWeight);
            }
        }

        return weights;
    }

    private static double Idf(int all, int having) => Math.Log(1 + ((all - having + 0.5) / (having + 0.5)));

    private static double TermFrequency(int count, double relativeLength) => count * (K1 + 1) / (count + (K1 * (1 - B + (B * relativeLength))));

    /// <summary>A heading of two words answers nothing.</summary>
    private static bool IsQuotable(string sentence) => sentence.Sum(c => Terms.IsIdeograph(c) ? 3 : 1) >= 12 && sentence.Any(char.IsLetterOrDigit);
}
