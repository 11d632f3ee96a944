namespace Convo.Core.Knowledge;

/// <summary>Fills one chunk after the other.</summary>
internal sealed class ChunkPacker(ExtractedDocument document, CanonicalText text, int max, int overlap)
{
    // A section shorter than this share of a chunk is joined by the next one.
    private const int TinyShare = 8;

    // Blank lines and spaces between units cost about a token each.
    private const int JoinTokens = 1;

    private readonly List<ChunkDraft> _chunks = [];
    private readonly List<ChunkUnit> _units = [];
    private string? _path;
    private int _tokens;
    private bool _hasBody;

    /// <summary>How many of the first units repeat the previous chunk.</summary>
    private int _repeated;

    public void BeginSection()
    {
        if (_hasBody && _tokens > max / TinyShare)
            Flush(keepOverlap: false);
    }

    /// <summary>Adds the units of one block.</summary>
    public void Add(List<ChunkUnit> units, HeadingTrail trail, bool isHeading)
    {
        var total = units.Sum(unit => unit.Tokens + JoinTokens);
        if (_hasBody && _tokens + total > max && _tokens > max / 2)
            Flush(keepOverlap: true);
        foreach (var unit in units)
        {
            while (_units.Count > 0 && _tokens + unit.Tokens + JoinTokens > max)
                MakeRoom();
            // Headings that open a chunk are above its body: the last of them says it all.
            if (!_hasBody)
                _path = trail.Path(TableHeader(unit));
            _units.Add(unit);
            _tokens += unit.Tokens + JoinTokens;
            _hasBody |= !isHeading;
        }
    }

    public List<ChunkDraft> Finish()
    {
        while (_units.Count > _repeated)
            Flush(keepOverlap: false);
        return _chunks;
    }

    /// <summary>The overlap gives way to a unit that needs a chunk to itself.</summary>
    private void MakeRoom()
    {
        if (_units.Count > _repeated)
            Flush(keepOverlap: true);
        else
            Restart([], []);
    }

    private void Flush(bool keepOverlap)
    {
        var held = new List<ChunkUnit>();
        // Joined text has a few more tokens than its parts now and then: then the last units go into the next chunk.
        while (!TryEmit())
        {
            held.Insert(0, _units[^1]);
            _units.RemoveAt(_units.Count - 1);
        }
        Restart(keepOverlap ? Carried() : [], held);
    }

    private bool TryEmit()
    {
        var (start, end) = (_units[0].Start, _units[^1].End);
        var passage = text.Text[start..end];
        var tokens = TokenCounter.Count(passage);
        if (tokens > max && _units.Count > 1)
        {
            if (_repeated == 0)
                return false;
            _units.RemoveRange(0, _repeated);
            _repeated = 0;
            return TryEmit();
        }
        _chunks.Add(new ChunkDraft(_chunks.Count, passage, _path, text.PageAt(start), text.PageAt(end - 1), start, end, tokens));
        return true;
    }

    private List<ChunkUnit> Carried()
    {
        var carried = new List<ChunkUnit>();
        var tokens = 0;
        for (var i = _units.Count - 1; i > 0 && _units[i].CanOverlap && tokens + _units[i].Tokens <= overlap; i--)
        {
            tokens += _units[i].Tokens + JoinTokens;
            carried.Insert(0, _units[i]);
        }
        return carried;
    }

    private void Restart(List<ChunkUnit> carried, List<ChunkUnit> held)
    {
        _units.Clear();
        _units.AddRange(carried);
        _units.AddRange(held);
        _repeated = carried.Count;
        _hasBody = held.Count > 0;
        _tokens = _units.Sum(unit => unit.Tokens + JoinTokens);
    }

    /// <summary>The table's first row when <paramref name="unit"/> is a later one.</summary>
    private string? TableHeader(ChunkUnit unit)
    {
        var block = document.Blocks[unit.Block];
        if (block.Kind != BlockKind.Table || unit.Start == text.BlockStarts[unit.Block])
            return null;
        var feed = block.Text.IndexOf('\n');
        return feed < 0 ? null : block.Text[..feed];
    }
}
