namespace Convo.Core.Knowledge;

/// <summary>A numbered link from an answer to the passage it rests on.</summary>
/// <param name="Number">The number that stands in the text as <c>[n]</c>.</param>
/// <param name="ChunkId">Null once the file was deleted.</param>
/// <param name="Quote">Words of the passage, to be marked on its page.</param>
/// <param name="Verified">Whether the words the answer quotes stand in the passage.</param>
public sealed record Citation(
    int Number, Guid? ChunkId, Guid? AttachmentId, string Filename, int PageFrom, int PageTo, string Quote, bool Verified);
