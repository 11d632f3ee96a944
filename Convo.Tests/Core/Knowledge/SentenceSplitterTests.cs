using Convo.Core.Knowledge;

namespace Convo.Tests.Core.Knowledge;

public sealed class SentenceSplitterTests
{
    [Theory]
    [InlineData("One. Two! Three? Four", "One.|Two!|Three?|Four")]
    [InlineData("Dr. Meyer met Mrs. Hall, e.g. on Monday. They left.", "Dr. Meyer met Mrs. Hall, e.g. on Monday.|They left.")]
    [InlineData("See Fig. 3 and J. Smith. Then stop.", "See Fig. 3 and J. Smith.|Then stop.")]
    [InlineData("Das gilt z.B. am 3. Mai 2024. Danach nicht mehr.", "Das gilt z.B. am 3. Mai 2024.|Danach nicht mehr.")]
    [InlineData("It costs 3.50 dollars. Version 2.1 is out.", "It costs 3.50 dollars.|Version 2.1 is out.")]
    [InlineData("He said \"Stop.\" Then he ran.", "He said \"Stop.\"|Then he ran.")]
    [InlineData("Wait... what? Yes.", "Wait... what?|Yes.")]
    [InlineData("これは本です。あれはペンです。", "これは本です。|あれはペンです。")]
    [InlineData("هل هذا كتاب؟ نعم هذا كتاب.", "هل هذا كتاب؟|نعم هذا كتاب.")]
    [InlineData("यह एक किताब है। वह कलम है।", "यह एक किताब है।|वह कलम है।")]
    public void Split_Text_FindsItsSentences(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', SentenceSplitter.Split(text).Select(range => text[range])));
}
