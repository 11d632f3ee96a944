using Convo.Core.Knowledge;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Core.Knowledge.Citations;

public sealed class CitationBuilderTests
{
    private const string Text =
        "Every employee has 28 days of leave a year. Unused days lapse on 31 March of the following year.\nManagers may carry over up to “five days” — with consent.";

    [Fact]
    public void Build_OfAQuotation_VerifiesItWhateverItsSpelling()
    {
        var citation = Single("The handbook says \"every  Employee has 28 days of LEAVE a year\" [1].");

        Assert.Equal(("Every employee has 28 days of leave a year", true), (citation.Quote, citation.Verified));
    }

    /// <summary>An answer ends with this work, and nothing but its length bounds how many marks it has.</summary>
    [Theory]
    [InlineData("a [1] ")]
    [InlineData("[1] \"x\" ")]
    [InlineData("“a ")]
    [InlineData("[1,")]
    [InlineData("`a ")]
    [InlineData("> a\n")]
    [InlineData("a. ")]
    public void Build_OfEightTimesTheMarks_IsNotSixtyFourTimesTheWork(string piece)
    {
        var (some, more) = (Repeat(4_000), Repeat(32_000));

        Assert.True(CpuTime.Of(() => Build(more, Passage(1, Text))) < CpuTime.Of(() => Build(some, Passage(1, Text))) * 24, piece);

        string Repeat(int length) => string.Concat(Enumerable.Repeat(piece, length / piece.Length)) + " So [1].";
    }

    [Fact]
    public void Build_OfAQuotationWithOtherMarksAndDashes_GivesThePassagesOwnWords()
    {
        var citation = Single("It allows „up to 'five days' - with consent“ [1].");

        Assert.Equal("up to “five days” — with consent", citation.Quote);
        Assert.True(citation.Verified);
    }

    [Fact]
    public void Build_OfAQuotationWithAnEllipsis_GivesTheWholeStretch() =>
        Assert.Equal(
            "Every employee has 28 days of leave a year. Unused days lapse",
            Single("“Every employee has 28 days … Unused days lapse” [1]").Quote);

    [Fact]
    public void Build_OfWordsThatAreNotThere_MarksThemUnverified()
    {
        var citation = Single("The handbook promises “forty days of leave for everyone” [1].");

        Assert.Equal(("forty days of leave for everyone", false), (citation.Quote, citation.Verified));
    }

    [Fact]
    public void Build_OfAWordThatIsCutOut_DoesNotTakeItForAQuotation() =>
        Assert.False(Single("It says “ever employee” [1].").Verified);

    [Theory]
    [InlineData("Unused leave lapses at the end of March [1].")]
    [InlineData("Unused leave lapses at the end of March. [1]")]
    [InlineData("You have 28 days.\n\n- Unused leave lapses at the end of March [1]\n")]
    [InlineData("So-called \"Unused\" leave days lapse on 31 March [1].")]
    public void Build_OfAClaimInOwnWords_ShowsTheNearestSentence(string answer)
    {
        var citation = Single(answer);

        Assert.Equal(("Unused days lapse on 31 March of the following year.", true), (citation.Quote, citation.Verified));
    }

    [Fact]
    public void Build_OfABlockQuotation_ChecksAllOfIt()
    {
        Assert.True(Single("It says:\n\n> Every employee has 28 days of leave a year. [1]").Verified);
        Assert.False(Single("It says:\n\n> Every employee has 30 days of leave a year. [1]").Verified);
    }

    [Theory]
    [InlineData("No number at all.")]
    [InlineData("An unknown passage [7] and none [0].")]
    [InlineData("`list[1]` in code.")]
    [InlineData("```\nvalue [1]\n```")]
    [InlineData("```\nunclosed [1]")]
    [InlineData("A link [1](https://example.org) or [text][1].")]
    [InlineData("An index a[1] of an array.")]
    public void Build_WithoutAMarkOfAPassage_GivesNone(string answer) => Assert.Empty(Build(answer, Passage(1, Text)));

    [Fact]
    public void Build_OfSeveralMarks_GivesOneCitationANumberInOrder()
    {
        var citations = Build("Leave is generous [2]. It lapses [1][2], see [1, 3; 2].", Passage(1, Text), Passage(2, "Leave is generous in general."), Passage(3, "See the annex."));

        Assert.Equal([1, 2, 3], citations.Select(c => c.Number));
    }

    [Fact]
    public void Build_OfAQuotationBehindTwoMarks_NeedsItInOneOfThem()
    {
        var citations = Build("“Every employee has 28 days of leave” [1][2].", Passage(1, Text), Passage(2, "Leave is described in the handbook."));

        Assert.All(citations, c => Assert.True(c.Verified));
        Assert.Equal("Every employee has 28 days of leave", citations[0].Quote);
    }

    [Fact]
    public void Build_OfANumberUsedTwice_ShowsTheQuotationThatIsNotThere() =>
        Assert.False(Assert.Single(Build("Leave lapses [1]. It is “paid out in gold coins” [1].", Passage(1, Text))).Verified);

    [Fact]
    public void Build_OfAnyAnswer_QuotesExactWordsWhenVerified()
    {
        string[] answers = ["[1]", "x [1]", "\"\" [1]", "“” [1]", "> [1]", "… [1]", "“…” [1]", "[1][1][1]", "“28 days” [1]", "\ud83d [1]", "[1] at the start"];

        foreach (var citation in answers.SelectMany(a => Build(a, Passage(1, Text))).Where(c => c.Verified))
        {
            Assert.Contains(citation.Quote, Text, StringComparison.Ordinal);
        }
    }

    private static Citation Single(string answer) => Assert.Single(Build(answer, Passage(1, Text)));

    private static IReadOnlyList<Citation> Build(string answer, params Passage[] passages) =>
        new CitationBuilder().Build(answer, new Retrieval("question", passages, []));

    private static Passage Passage(int number, string text) =>
        new(number, Guid.Empty, Guid.Empty, "handbook.pdf", null, 1, 1, 0, text.Length, text, 20, 1, 1, 1, null, null, null);
}
