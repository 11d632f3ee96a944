namespace Convo.Core.Knowledge;

/// <summary>Puts neighbours together: passages that touch in their file are read as one section, in the file's order, where the best of them stood.</summary>
internal static class PassageSections
{
    /// <summary>What the chunker leaves out between two passages: a blank line, or the white space between two sentences.</summary>
    private const int MaxGap = 4;

    public static IReadOnlyList<Passage> Order(IReadOnlyList<Passage> passages)
    {
        var byFile = passages.GroupBy(p => p.AttachmentId).ToDictionary(file => file.Key, file => file.OrderBy(p => p.CharStart).ToList());
        var placed = new HashSet<Guid>();
        var ordered = new List<Passage>(passages.Count);
        foreach (var passage in passages.Where(p => !placed.Contains(p.ChunkId)))
        {
            var file = byFile[passage.AttachmentId];
            var first = file.FindIndex(p => p.ChunkId == passage.ChunkId);
            while (first > 0 && Touch(file[first - 1], file[first]) && !placed.Contains(file[first - 1].ChunkId))
            {
                first--;
            }

            for (var i = first; i < file.Count && !placed.Contains(file[i].ChunkId) && (i == first || Touch(file[i - 1], file[i])); i++)
            {
                ordered.Add(file[i] with { Continues = i > first });
                placed.Add(file[i].ChunkId);
            }
        }

        return ordered;
    }

    private static bool Touch(Passage earlier, Passage later) => later.CharStart >= earlier.CharStart && later.CharStart - earlier.CharEnd <= MaxGap;
}
