using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>
/// Packs sentences, rows and lines into chunks. A heading begins a chunk unless the one before it is still tiny; a paragraph that no
/// longer fits begins one when the present is at least half full, and is cut between sentences otherwise.
/// </summary>
internal sealed class StructureChunker(IOptions<ChunkingOptions> options) : IChunker
{
    private const int SmallestMaximum = 32;

    public IReadOnlyList<ChunkDraft> Chunk(ExtractedDocument document, CanonicalText text)
    {
        var max = Math.Max(SmallestMaximum, options.Value.MaxTokens);
        var packer = new ChunkPacker(document, text, max, Math.Clamp(options.Value.OverlapTokens, 0, max / 4));
        var trail = new HeadingTrail();
        for (var i = 0; i < document.Blocks.Count; i++)
        {
            var block = document.Blocks[i];
            var units = ChunkUnits.Of(block, i, text.BlockStarts[i], max);
            var isHeading = block.Kind == BlockKind.Heading;
            if (isHeading)
            {
                packer.BeginSection();
                trail.Enter(block);
            }
            packer.Add(units, trail, isHeading);
        }
        return packer.Finish();
    }
}
