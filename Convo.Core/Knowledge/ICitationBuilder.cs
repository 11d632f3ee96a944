namespace Convo.Core.Knowledge;

/// <summary>Reads the <c>[n]</c> marks of an answer.</summary>
public interface ICitationBuilder
{
    /// <summary>One citation for each number that stands in the text and belongs to a retrieved passage, in the order of the numbers.</summary>
    IReadOnlyList<Citation> Build(string answer, Retrieval retrieval);
}
