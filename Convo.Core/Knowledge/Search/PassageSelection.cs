namespace Convo.Core.Knowledge;

/// <summary>Takes passages best first until limit or budget is reached, and says of each one left out why.</summary>
internal sealed class PassageSelection(RetrievalQuery query, double duplicateOverlap)
{
    private readonly List<Passage> _taken = [];
    private readonly List<(int Index, HashSet<int> Shingles)> _shingles = [];
    private readonly List<Passage> _cut = [];
    private int _tokens;

    /// <summary>A part of a file that goes in whole: neither limit nor likeness leaves it out.</summary>
    public void AddWhole(Passage passage) => Take(WithoutOverlap(passage));

    public void Offer(Passage passage)
    {
        var own = WithoutOverlap(passage);
        var shingles = TextShingles.Of(own.Text);
        if (own.Text.Length == 0 || RepeatOf(shingles) is { } first && Cut(passage, $"Says the same as passage {first + 1}"))
        {
            return;
        }

        if (_taken.Count >= query.Limit)
        {
            Cut(passage, $"Only the best {query.Limit} passages are used");
        }
        else if (_tokens + own.TokenCount > query.TokenBudget)
        {
            Cut(passage, $"Does not fit into the {query.TokenBudget} tokens for passages");
        }
        else
        {
            Take(own, shingles);
        }
    }

    public Retrieval Build() => new(query.Text, [.. PassageSections.Order(_taken).Select((p, i) => p with { Number = i + 1 })], _cut);

    private void Take(Passage passage, HashSet<int>? shingles = null)
    {
        _shingles.Add((_taken.Count, shingles ?? TextShingles.Of(passage.Text)));
        _taken.Add(passage);
        _tokens += passage.TokenCount;
    }

    private bool Cut(Passage passage, string why)
    {
        _cut.Add(passage with { Cut = why });
        return true;
    }

    private int? RepeatOf(HashSet<int> shingles)
    {
        foreach (var (taken, others) in _shingles)
        {
            if (TextShingles.Overlap(shingles, others) >= duplicateOverlap)
            {
                return taken;
            }
        }

        return null;
    }

    /// <summary>Neighbours share some sentences: what an earlier passage of the file says already is taken off.</summary>
    private Passage WithoutOverlap(Passage passage)
    {
        foreach (var other in _taken.Where(p => p.AttachmentId == passage.AttachmentId))
        {
            if (other.CharStart <= passage.CharStart && other.CharEnd > passage.CharStart)
            {
                passage = Slice(passage, Math.Min(other.CharEnd, passage.CharEnd), passage.CharEnd);
            }
            else if (other.CharStart > passage.CharStart && other.CharStart < passage.CharEnd)
            {
                passage = Slice(passage, passage.CharStart, other.CharStart);
            }
        }

        return passage;
    }

    private static Passage Slice(Passage passage, int start, int end)
    {
        var text = passage.Text[(start - passage.CharStart)..(end - passage.CharStart)];
        var lead = text.Length - text.TrimStart().Length;
        text = text.Trim();
        return passage with
        {
            Text = text,
            CharStart = start + lead,
            CharEnd = start + lead + text.Length,
            // In proportion, rounded up: near enough for a budget.
            TokenCount = (int)Math.Ceiling(passage.TokenCount * (double)text.Length / Math.Max(1, passage.Text.Length)),
        };
    }
}
