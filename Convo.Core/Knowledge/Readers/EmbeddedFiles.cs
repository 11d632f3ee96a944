namespace Convo.Core.Knowledge;

/// <summary>Opens files inside a file: attachments of mail, documents embedded in documents.</summary>
internal sealed class EmbeddedFiles(DocumentBuilder output, ReaderLimits limits, InflateBudget budget)
{
    private int _depth;
    private int _count;

    /// <summary>
    /// Adds the inner file's blocks below a heading with its name. What cannot be read is named with the reason: it must not cost the rest.
    /// </summary>
    public void Read(string name, ReadOnlyMemory<byte> bytes, int page)
    {
        if (++_count > limits.MaxEmbedded)
            throw new ExtractionException(ExtractionCodes.TooLarge, $"The file holds more than {limits.MaxEmbedded:N0} other files. Split it and upload the parts.");
        var type = bytes.IsEmpty ? null : FileType.Detect(bytes.Span, name);
        if (type == FileTypes.Image || type == FileTypes.Media)
        {
            output.Lines($"Attachment: {name} ({type.Label}, not read)", page);
            return;
        }
        output.Heading($"Attachment: {name}", 2, page);
        if (_depth >= limits.MaxNesting)
        {
            output.Paragraph("This attachment was not read: it lies too deep in files within files.", page);
            return;
        }
        _depth++;
        using (output.Inside(page, headings: 2))
        {
            var before = output.Blocks.Count;
            if (Failure(name, bytes) is { } reason)
                output.Paragraph($"This attachment was not read. {reason}", page);
            else if (output.Blocks.Count == before)
                output.Paragraph("This attachment holds no text.", page);
        }
        _depth--;
    }

    private string? Failure(string name, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            DocumentReaders.ReadInto(bytes, name, limits, budget, output);
            return null;
        }
        catch (ExtractionException failure) when (!output.IsFull)
        {
            return failure.Reason;
        }
#pragma warning disable CA1031 // Readers of damaged files throw almost anything.
        catch (Exception failure) when (failure is not (ExtractionException or OutOfMemoryException or InsufficientExecutionStackException))
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"attachment: {failure.GetType().Name}: {failure.Message}");
            return ExtractionReasons.Damaged;
        }
    }
}
