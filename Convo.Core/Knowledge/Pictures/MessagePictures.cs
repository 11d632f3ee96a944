namespace Convo.Core.Knowledge.Pictures;

/// <inheritdoc cref="IMessagePictures"/>
internal sealed class MessagePictures(IAttachmentStore store) : IMessagePictures
{
    public async Task<int> CountAsync(Guid personId, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var id in attachmentIds)
        {
            count += await store.FindAsync(personId, id, cancellationToken).ConfigureAwait(false) is { } file && Picture.IsPicture(file.MediaType) ? 1 : 0;
        }

        return count;
    }

    public async Task<IReadOnlyDictionary<Guid, MessagePicture>> LoadAsync(Guid personId, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken)
    {
        var pictures = new Dictionary<Guid, MessagePicture>();
        foreach (var id in attachmentIds)
        {
            if (await store.FindAsync(personId, id, cancellationToken).ConfigureAwait(false) is not { } file || !Picture.IsPicture(file.MediaType)
                || await store.OpenAsync(personId, id, cancellationToken).ConfigureAwait(false) is not { } content)
            {
                continue;
            }

            await using (content.ConfigureAwait(false))
            {
                var bytes = new MemoryStream((int)file.Size);
                await content.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
                pictures[id] = new MessagePicture(file.MediaType, bytes.ToArray());
            }
        }

        return pictures;
    }
}
