namespace Convo.Core.Knowledge;

/// <summary>
/// Turns the <c>[n]</c> marks of an answer into citations. Words the answer puts in quotation marks before a mark are checked against the
/// passage; where it quotes nothing, the passage's sentence nearest to the claim is shown.
/// </summary>
internal sealed class CitationBuilder : ICitationBuilder
{
    /// <summary>Each claim is compared with its passages; an answer of nothing but marks must not keep its turn from ending.</summary>
    private const int MaxClaims = 500;

    public IReadOnlyList<Citation> Build(string answer, Retrieval retrieval)
    {
        var passages = retrieval.Passages.Where(p => p.Number > 0).ToDictionary(p => p.Number);
        var quotes = new SortedDictionary<int, PassageQuote>();
        foreach (var claim in passages.Count > 0 ? CitationMarks.Read(answer).Take(MaxClaims) : [])
        {
            var cited = claim.Numbers.Where(passages.ContainsKey).Select(n => passages[n]).ToList();
            foreach (var passage in cited)
            {
                var quote = PassageQuotes.Choose(claim, passage, cited);
                // A number that comes again keeps its first words, unless the later ones say more.
                if (!quotes.TryGetValue(passage.Number, out var first) || quote.Kind > first.Kind)
                {
                    quotes[passage.Number] = quote;
                }
            }
        }

        return [.. quotes.Select(q => Cite(passages[q.Key], q.Value))];
    }

    private static Citation Cite(Passage passage, PassageQuote quote) => new(
        passage.Number, passage.ChunkId, passage.AttachmentId, passage.Filename, passage.PageFrom, passage.PageTo,
        quote.Words, Verified: quote.Kind != QuoteKind.Absent);
}
