using System.Text;

namespace Convo.Core.Models.Providers.Quoter;

/// <summary>Puts the best sentences into a short answer that says where they stand and that no language model wrote it.</summary>
internal static class QuoterAnswer
{
    private const int MostQuotes = 4;
    private const int MostCharacters = 420;

    /// <summary>Sentences below this share of the best one's score would only blur the answer.</summary>
    private const double Worthwhile = 0.45;

    private const string HowToConnect =
        "An administrator connects a model with `OPENAI_API_KEY`, or with `OPENAI_BASE_URL` for any OpenAI-compatible server such as Ollama.";

    private const string WhereToChoose = "Choose another model in the switcher for an answer in its own words.";

    private const string OnlyDocuments =
        """
        I am the Quoter that is built into Convo: I answer only from documents, by quoting the sentences that match a question best, each with a citation that opens the passage on its page.

        - **Ask your documents.** Attach a file (PDF, Word, Markdown, HTML or plain text) and ask about it.
        - **Ask a language model.** Choose another model in the switcher; this conversation goes on with it.
        """;

    private const string WithoutDocuments =
        $"""
         No language model is connected to Convo yet, so I cannot write an answer of my own. Two things help right now:

         - **Ask your documents.** Attach a file (PDF, Word, Markdown, HTML or plain text) and ask about it: I answer by quoting the sentences that match best, each with a citation that opens the passage on its page.
         - **Connect a model.** {HowToConnect} It then appears in the model switcher, and this conversation can go on with it.
         """;

    /// <param name="isAlone">Whether no language model is connected beside the Quoter.</param>
    public static string To(QuoterPrompt prompt, bool isAlone)
    {
        if (prompt.Passages.Count == 0)
        {
            return isAlone ? WithoutDocuments : OnlyDocuments;
        }

        var ranked = SentenceRanker.Rank(prompt);
        return ranked.Count == 0 ? Nearest(prompt, isAlone) : Matching(ranked, isAlone);
    }

    private static string Matching(IReadOnlyList<RankedSentence> ranked, bool isAlone)
    {
        var chosen = ranked.Where((s, i) => i < MostQuotes && s.Score >= ranked[0].Score * Worthwhile).ToList();
        var text = new StringBuilder();
        if (chosen.Count > 1)
        {
            text.Append("These are the sentences in ").Append(Files(chosen)).Append(" that match your question best:");
        }
        else
        {
            // One sentence alone is thin; the one after it often carries the condition or the exception.
            chosen.AddRange(SentenceRanker.After(chosen[0]));
            text.Append("This is the sentence in ").Append(Files(chosen)).Append(" that matches your question best").Append(chosen.Count > 1 ? ", with the one that follows it:" : ":");
        }

        Quote(text, chosen);
        text.Append(isAlone
            ? $"\n\n_Quoted word for word: no language model is connected that could put the answer into its own words, so read the passages for their context._ {HowToConnect}"
            : $"\n\n_Quoted word for word by the built-in Quoter, so read the passages for their context._ {WhereToChoose}");
        return text.ToString();
    }

    /// <summary>Search found the passages near, but no sentence shares a word with the question: say so, and show how they begin.</summary>
    private static string Nearest(QuoterPrompt prompt, bool isAlone)
    {
        var begins = prompt.Passages.Take(2)
            .Select(p => new RankedSentence(p, 0, Sentences.Of(p.Text).FirstOrDefault(s => s.Length >= 12) ?? p.Text.Trim(), 0))
            .Where(s => s.Text.Length > 0)
            .ToList();
        var text = new StringBuilder(
            "No sentence of your documents shares a word with the question, so I cannot answer it by quoting. Try the words that the document itself would use.");
        if (begins.Count > 0)
        {
            text.Append(begins.Count == 1 ? " The passage that the search ranked nearest begins:" : " The passages that the search ranked nearest begin:");
            Quote(text, begins);
        }

        text.Append(isAlone ? $"\n\n_A language model could do more with them, but none is connected._ {HowToConnect}" : $"\n\n_A language model can do more with them._ {WhereToChoose}");
        return text.ToString();
    }

    private static void Quote(StringBuilder text, List<RankedSentence> sentences)
    {
        foreach (var sentence in sentences.OrderBy(s => s.Passage.Number).ThenBy(s => s.Position))
        {
            var (quote, isCut) = Shorten(sentence.Text);
            text.Append("\n\n> “").Append(quote).Append('”').Append(isCut ? " …" : "").Append(" [").Append(sentence.Passage.Number).Append(']');
        }
    }

    private static string Files(List<RankedSentence> sentences)
    {
        string[] names = [.. sentences.OrderBy(s => s.Passage.Number).Select(s => $"**{Name(s.Passage.File)}**").Distinct()];
        return names.Length == 1 ? names[0] : string.Join(", ", names[..^1]) + " and " + names[^1];
    }

    /// <summary>A quote stays word for word; what is left out of a very long sentence is its end, and that is shown.</summary>
    private static (string Quote, bool IsCut) Shorten(string sentence)
    {
        if (sentence.Length <= MostCharacters)
        {
            return (sentence, false);
        }

        var end = sentence.LastIndexOf(' ', MostCharacters);
        return (sentence[..(end > 0 ? end : MostCharacters)], true);
    }

    /// <summary>A file name must not become markup.</summary>
    private static string Name(string file) => string.Concat(file.Select(c => c is '*' or '`' or '<' or '[' or ']' or '\\' or '\n' ? ' ' : c)).Trim();
}
