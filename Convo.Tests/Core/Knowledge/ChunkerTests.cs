using Convo.Core.Knowledge;
using CsCheck;
using Microsoft.Extensions.Options;

namespace Convo.Tests.Core.Knowledge;

public sealed class ChunkerTests
{
    private static readonly string[] Odd = ["Dr.", "e.g.", "end.", "Really?", "数据库。", "Straße", "👩‍👩‍👧", "e\u0301", "3.", "ab12", "والله", "!"];

    private static readonly Gen<string> Words = Gen.OneOf(
        Gen.String[Gen.Char['a', 'z'], 1, 12],
        Gen.Int[0, Odd.Length - 1].Select(i => Odd[i]),
        Gen.String[Gen.Char['0', '9'], 1, 600]);

    private static readonly Gen<Block> Blocks =
        from kind in Gen.Enum<BlockKind>()
        from words in Words.Array[1, kind == BlockKind.Heading ? 8 : 120]
        from level in Gen.Int[1, 6]
        from step in Gen.Int[0, 1]
        select new Block(kind, string.Join(kind is BlockKind.Table or BlockKind.Code ? "\n" : " ", words), step, level);

    private static readonly Gen<ExtractedDocument> Documents = Blocks.List[0, 25].Select(blocks =>
    {
        var page = 1;
        return new ExtractedDocument("text/plain", null, 100, blocks.ConvertAll(block => block with { Page = page += block.Page }));
    });

    [Fact]
    public void Chunk_AnyDocument_IsExactContiguousAndBounded() => Gen.Select(Documents, Gen.Int[32, 200]).Sample((document, max) =>
    {
        var text = CanonicalText.Of(document);
        var chunks = Chunk(document, text, max);
        var covered = 0;
        for (var i = 0; i < chunks.Count; i++)
        {
            var chunk = chunks[i];
            Assert.Equal(i, chunk.Index);
            Assert.Equal(text.Text[chunk.CharStart..chunk.CharEnd], chunk.Text);
            Assert.InRange(chunk.TokenCount, 1, max);
            Assert.Equal(text.PageAt(chunk.CharStart), chunk.PageFrom);
            Assert.Equal(text.PageAt(chunk.CharEnd - 1), chunk.PageTo);
            Assert.False(char.IsLowSurrogate(chunk.Text[0]) || char.IsHighSurrogate(chunk.Text[^1]));
            // Nothing but white space lies between one chunk and the next, and each brings something new.
            Assert.True(chunk.CharStart <= covered || string.IsNullOrWhiteSpace(text.Text[covered..chunk.CharStart]));
            Assert.True(chunk.CharEnd > covered);
            covered = chunk.CharEnd;
        }
        Assert.True(string.IsNullOrWhiteSpace(text.Text[covered..]));
    }, iter: 100);

    [Fact]
    public void Chunk_NoBlocks_IsEmpty()
    {
        var document = Document();
        Assert.Empty(Chunk(document, CanonicalText.Of(document), 512));
    }

    [Fact]
    public void Chunk_Headings_StartChunksAndNameTheirPath()
    {
        var body = string.Join(' ', Enumerable.Repeat("The pump runs at full power.", 30));
        var document = Document(
            new(BlockKind.Heading, "Manual", 1, 1), new(BlockKind.Heading, "Pump", 1, 2), new(BlockKind.Paragraph, body, 1, 0),
            new(BlockKind.Heading, "Valve", 2, 2), new(BlockKind.Paragraph, body, 2, 0));

        var chunks = Chunk(document, CanonicalText.Of(document), 512);

        Assert.Equal(["Manual › Pump", "Manual › Valve"], chunks.Select(chunk => chunk.HeadingPath));
        Assert.StartsWith("Valve", chunks[1].Text, StringComparison.Ordinal);
        Assert.Equal((2, 2), (chunks[1].PageFrom, chunks[1].PageTo));
    }

    [Fact]
    public void Chunk_LongParagraph_OverlapsByWholeSentences()
    {
        var sentences = Enumerable.Range(1, 60).Select(i => $"Sentence number {i} speaks of the harvest of that year.");
        var document = Document(new Block(BlockKind.Paragraph, string.Join(' ', sentences), 1, 0));

        var chunks = Chunk(document, CanonicalText.Of(document), 128);

        Assert.True(chunks.Count > 3);
        Assert.All(chunks.Zip(chunks.Skip(1)), pair =>
        {
            Assert.InRange(pair.First.CharEnd - pair.Second.CharStart, 20, 200);
            Assert.StartsWith("Sentence number", pair.Second.Text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Chunk_LongTable_IsCutBetweenRowsAndKeepsItsHeaderInThePath()
    {
        var rows = Enumerable.Range(1, 80).Select(i => $"| item {i} | {i * 3} EUR |");
        var document = Document(new Block(BlockKind.Table, "| Item | Price |\n| --- | --- |\n" + string.Join('\n', rows), 1, 0));

        var chunks = Chunk(document, CanonicalText.Of(document), 128);

        Assert.True(chunks.Count > 2);
        Assert.Null(chunks[0].HeadingPath);
        Assert.All(chunks.Skip(1), chunk => Assert.Equal("Item | Price", chunk.HeadingPath));
        Assert.All(chunks, chunk => Assert.True(chunk.Text[0] == '|' && chunk.Text[^1] == '|'));
    }

    [Fact]
    public void Chunk_MegabyteWithoutABreak_IsBoundedAndFast()
    {
        var document = Document(new Block(BlockKind.Paragraph, new string('a', 1_000_000), 1, 0));
        var chunks = Chunk(document, CanonicalText.Of(document), 512);
        Assert.All(chunks, chunk => Assert.InRange(chunk.TokenCount, 1, 512));
        Assert.Equal(1_000_000, chunks.Sum(chunk => chunk.Text.Length));
    }

    private static ExtractedDocument Document(params Block[] blocks) => new("text/plain", null, 1, blocks);

    private static IReadOnlyList<ChunkDraft> Chunk(ExtractedDocument document, CanonicalText text, int max) =>
        new StructureChunker(Options.Create(new ChunkingOptions { MaxTokens = max, OverlapTokens = max / 8 })).Chunk(document, text);
}
