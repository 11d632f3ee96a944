namespace Convo.Core.Knowledge;

/// <summary>Turns a file's bytes into blocks. Safe to call in parallel; hostile files cannot harm the caller.</summary>
public interface IDocumentExtractor
{
    /// <exception cref="ExtractionException">The file has no readable text, or broke a limit; the reason is for the user.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; nothing is left running.</exception>
    Task<ExtractedDocument> ExtractAsync(ExtractionRequest request, IProgress<ExtractionProgress> progress, CancellationToken ct);
}

/// <param name="FileName">The name the user gave; only its extension is used, and only as a hint for plain text.</param>
/// <param name="Content">Read once from its position to its end; the caller disposes it.</param>
/// <param name="Reopen">Opens the content again, for text recognition; null when there is no way to.</param>
/// <param name="Owner">Whose file it is: a process reads several files of one person, never those of two. Null: it reads this file alone.</param>
public sealed record ExtractionRequest(string FileName, Stream Content, Func<CancellationToken, Task<Stream>>? Reopen = null, Guid? Owner = null);

/// <summary>Pages done of pages known; both are 0 while the reader cannot tell.</summary>
public sealed record ExtractionProgress(int PagesDone, int Pages);
