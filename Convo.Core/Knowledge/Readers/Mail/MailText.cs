namespace Convo.Core.Knowledge;

/// <summary>A message's plain text: paragraphs between blank lines.</summary>
internal static class MailText
{
    public static void Write(string text, DocumentBuilder output, int page)
    {
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
            output.Lines(paragraph, page);
    }
}
