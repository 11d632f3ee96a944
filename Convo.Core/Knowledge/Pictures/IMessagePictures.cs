namespace Convo.Core.Knowledge;

/// <summary>The pictures that came with messages, for models that see.</summary>
public interface IMessagePictures
{
    /// <summary>How many of these files are pictures; those of others are not counted.</summary>
    Task<int> CountAsync(Guid personId, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken);

    /// <summary>The bytes of those that are pictures, by id; what was deleted or is not the person's is left out.</summary>
    Task<IReadOnlyDictionary<Guid, MessagePicture>> LoadAsync(Guid personId, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken);
}

public sealed record MessagePicture(string MediaType, ReadOnlyMemory<byte> Bytes);
