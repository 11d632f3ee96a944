using DiffPlex;
using DiffPlex.Model;

namespace Convo.Web.Components.Shared;

internal enum DiffKind
{
    Same,
    Removed,
    Added,
}

/// <summary>A run of text within a line.</summary>
internal readonly record struct DiffPart(DiffKind Kind, string Text);

/// <summary>One line of a comparison, with its number on each side; null where the side has no such line.</summary>
/// <param name="Parts">The words of both sides in reading order: what went before what came.</param>
internal sealed record DiffLine(int? OldNumber, int? NewNumber, IReadOnlyList<DiffPart> Parts)
{
    public bool Changed => OldNumber is null || NewNumber is null || Parts.Any(part => part.Kind != DiffKind.Same);

    public IEnumerable<DiffPart> Old => Parts.Where(part => part.Kind != DiffKind.Added);

    public IEnumerable<DiffPart> New => Parts.Where(part => part.Kind != DiffKind.Removed);
}

/// <summary>Compares two texts line by line, and changed lines word by word.</summary>
internal static class TextDiff
{
    /// <summary>Finding the shortest difference is quadratic in what differs; beyond this a block is shown as replaced whole.</summary>
    private const int MaxPieces = 4000;

    /// <summary>Below a quarter in common a line counts as replaced.</summary>
    private const int MinShare = 4;

    public static IReadOnlyList<DiffLine> Compare(string old, string @new)
    {
        var diff = Diff(old, @new, LineChunker.Instance);
        var lines = new List<DiffLine>();
        var (oldIndex, newIndex) = (0, 0);
        foreach (var block in diff.DiffBlocks)
        {
            AddSame(lines, diff, ref oldIndex, ref newIndex, block.DeleteStartA);
            AddChanged(lines, diff, block);
            oldIndex = block.DeleteStartA + block.DeleteCountA;
            newIndex = block.InsertStartB + block.InsertCountB;
        }

        AddSame(lines, diff, ref oldIndex, ref newIndex, diff.PiecesOld.Count);
        return lines;
    }

    /// <summary>How many words went and came.</summary>
    public static (int Removed, int Added) Count(IEnumerable<DiffLine> lines)
    {
        var parts = lines.SelectMany(line => line.Parts).ToList();
        return (Words(DiffKind.Removed), Words(DiffKind.Added));

        int Words(DiffKind kind) => parts.Where(part => part.Kind == kind).Sum(part => WordChunker.Instance.Chunk(part.Text).Count(piece => !string.IsNullOrWhiteSpace(piece)));
    }

    private static void AddSame(List<DiffLine> lines, DiffResult diff, ref int oldIndex, ref int newIndex, int end)
    {
        for (; oldIndex < end; oldIndex++, newIndex++)
        {
            lines.Add(new DiffLine(oldIndex + 1, newIndex + 1, [new(DiffKind.Same, diff.PiecesOld[oldIndex])]));
        }
    }

    /// <summary>Lines that were changed stand opposite each other; the rest of the longer side stands alone.</summary>
    private static void AddChanged(List<DiffLine> lines, DiffResult diff, DiffBlock block)
    {
        for (var i = 0; i < Math.Max(block.DeleteCountA, block.InsertCountB); i++)
        {
            var old = i < block.DeleteCountA ? diff.PiecesOld[block.DeleteStartA + i] : null;
            var @new = i < block.InsertCountB ? diff.PiecesNew[block.InsertStartB + i] : null;
            lines.Add(new DiffLine(
                old is null ? null : block.DeleteStartA + i + 1,
                @new is null ? null : block.InsertStartB + i + 1,
                (old, @new) switch
                {
                    (not null, not null) => Words(old, @new),
                    (not null, null) => [new(DiffKind.Removed, old)],
                    _ => [new(DiffKind.Added, @new!)],
                }));
        }
    }

    private static List<DiffPart> Words(string old, string @new)
    {
        var diff = Diff(old, @new, WordChunker.Instance);
        var parts = new List<DiffPart>();
        var (removed, added, at) = ("", "", 0);
        foreach (var block in diff.DiffBlocks)
        {
            var same = Join(diff.PiecesOld, at, block.DeleteStartA);
            if (parts.Count + removed.Length + added.Length > 0 && string.IsNullOrWhiteSpace(same))
            {
                // A blank between two changed words is part of one longer change.
                (removed, added) = (removed + same, added + same);
            }
            else
            {
                Flush(parts, ref removed, ref added);
                Add(parts, DiffKind.Same, same);
            }

            removed += Join(diff.PiecesOld, block.DeleteStartA, block.DeleteStartA + block.DeleteCountA);
            added += Join(diff.PiecesNew, block.InsertStartB, block.InsertStartB + block.InsertCountB);
            at = block.DeleteStartA + block.DeleteCountA;
        }

        Flush(parts, ref removed, ref added);
        Add(parts, DiffKind.Same, Join(diff.PiecesOld, at, diff.PiecesOld.Count));
        var kept = parts.Where(part => part.Kind == DiffKind.Same).Sum(part => part.Text.Length);
        // Two lines that share a word or two are two lines.
        return kept * MinShare < Math.Max(old.Length, @new.Length) ? [new(DiffKind.Removed, old), new(DiffKind.Added, @new)] : parts;
    }

    private static void Flush(List<DiffPart> parts, ref string removed, ref string added)
    {
        Add(parts, DiffKind.Removed, removed);
        Add(parts, DiffKind.Added, added);
        (removed, added) = ("", "");
    }

    private static void Add(List<DiffPart> parts, DiffKind kind, string text)
    {
        if (text.Length > 0)
        {
            parts.Add(new DiffPart(kind, text));
        }
    }

    private static string Join(IReadOnlyList<string> pieces, int from, int to) => string.Concat(pieces.Skip(from).Take(to - from));

    private static DiffResult Diff(string old, string @new, IChunker chunker)
    {
        IReadOnlyList<string> before = chunker.Chunk(old);
        IReadOnlyList<string> after = chunker.Chunk(@new);
        return before.Count + after.Count <= MaxPieces
            ? Differ.Instance.CreateDiffs(old, @new, ignoreWhiteSpace: false, ignoreCase: false, chunker)
            : Outline(before, after);
    }

    /// <summary>What both begin and end with is the same; all between is replaced.</summary>
    private static DiffResult Outline(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        var shorter = Math.Min(before.Count, after.Count);
        var start = 0;
        while (start < shorter && before[start] == after[start])
        {
            start++;
        }

        var end = 0;
        while (end < shorter - start && before[^(end + 1)] == after[^(end + 1)])
        {
            end++;
        }

        var (gone, come) = (before.Count - start - end, after.Count - start - end);
        return new DiffResult([.. before], [.. after], gone + come == 0 ? [] : [new DiffBlock(start, gone, start, come)]);
    }
}
