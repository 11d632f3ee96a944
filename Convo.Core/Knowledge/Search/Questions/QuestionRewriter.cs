using Convo.Core.Conversations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>Leaves alone what stands alone, asks the model for the rest, and falls back to the rule: a search never waits long and never fails for it.</summary>
internal sealed partial class QuestionRewriter(ModelRewriter model, IOptions<SearchOptions> options, ILogger<QuestionRewriter> logger) : IQuestionRewriter
{
    /// <summary>The built-in provider cannot rewrite.</summary>
    private const string Quoter = "quoter";

    public async Task<string> RewriteAsync(FollowUpQuestion question, CancellationToken cancellationToken)
    {
        var asked = question.Path[^1].Content;
        var earlier = question.Path.SkipLast(1).LastOrDefault(m => m.Role == MessageRole.User && !string.IsNullOrWhiteSpace(m.Content));
        if (earlier is null || options.Value.Rewriting == QuestionRewriting.Off || !FollowUp.LeansOnContext(asked))
        {
            return asked;
        }

        if (options.Value.Rewriting == QuestionRewriting.Model && question.Model.Provider != Quoter)
        {
            try
            {
                if (await model.RewriteAsync(question, cancellationToken).ConfigureAwait(false) is { } rewritten)
                {
                    return rewritten;
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // A spent budget, a provider that is away or slow: the answer itself will say so if it is no better off.
                LogNotRewritten(e, question.MessageId);
            }
        }

        return FollowUp.Join(earlier.Content, asked);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The question of answer {MessageId} was made self-contained by the rule: the model could not be had")]
    private partial void LogNotRewritten(Exception exception, Guid messageId);
}
