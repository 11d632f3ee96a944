using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Shared;

namespace Convo.Core.Turns;

/// <summary>The pictures of a chat: who may send them, what they are held for, and which of them a prompt gets.</summary>
internal sealed class TurnPictures(IMessagePictures pictures)
{
    /// <summary>The newest so many go along; makers refuse more than some tens.</summary>
    private const int MostInPrompt = 20;

    /// <summary>Of one message.</summary>
    private const int MostInMessage = 10;

    /// <summary>Bytes of pictures in one request: with base64 around them, below what every maker takes.</summary>
    private const long MostBytes = 20L << 20;

    /// <returns>Tokens to hold for the pictures among these files.</returns>
    /// <exception cref="ConvoException">400: the model does not see, or there are too many.</exception>
    public async Task<int> CheckAsync(Caller caller, ModelInfo model, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken)
    {
        var count = attachmentIds.Count == 0 ? 0 : await pictures.CountAsync(caller.UserId, attachmentIds, cancellationToken).ConfigureAwait(false);
        if (count > 0 && !model.SupportsImages)
        {
            throw new ConvoException(
                ProblemKind.Invalid, "images_not_supported", $"{model.Name} cannot see pictures. Choose a model that can, or take the picture away.") { Field = "attachment_ids" };
        }

        return count <= MostInMessage
            ? count * AnswerUsage.TokensPerPicture
            : throw ConvoException.Invalid("attachment_ids", $"A message can have {MostInMessage} pictures; this one has {count}. Send the others with the next one.");
    }

    /// <summary>The newest pictures of the path, as many as one request takes; none for a model that does not see.</summary>
    public async Task<IReadOnlyDictionary<Guid, MessagePicture>> LoadAsync(Caller caller, ModelInfo model, IReadOnlyList<Message> path, CancellationToken cancellationToken)
    {
        var left = MostBytes;
        Guid[] wanted = [.. path.Reverse().SelectMany(m => m.Attachments).Where(PromptBuilder.IsPicture).DistinctBy(a => a.Id).Take(MostInPrompt).TakeWhile(a => (left -= a.Size) >= 0).Select(a => a.Id)];
        return wanted.Length > 0 && model.SupportsImages
            ? await pictures.LoadAsync(caller.UserId, wanted, cancellationToken).ConfigureAwait(false)
            : new Dictionary<Guid, MessagePicture>();
    }
}
