using System.Text;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Convo.Web.Endpoints;

/// <summary>
/// Reads one file out of a multipart body (RFC 7578) as it arrives: nothing is buffered whole, no temporary file is made. The fields
/// <c>thread_id</c> and <c>collection_id</c> may stand before the file or behind it.
/// </summary>
internal sealed class MultipartUpload(HttpRequest request, long maxFileBytes)
{
    /// <summary>Room for boundaries, headers and the two fields.</summary>
    private const long Overhead = 64 * 1024;

    private const int MaxBoundary = 200;
    private const int MaxField = 100;
    private const int MaxSections = 10;

    private Guid? _threadId;
    private Guid? _collectionId;
    private int _sections;

    public async Task<Attachment> ReadAsync(Func<UploadFile, Stream, Task<Attachment>> store, CancellationToken cancellationToken)
    {
        AllowSize();
        var reader = new MultipartReader(Boundary(), request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 16 * 1024 };
        try
        {
            var section = await ReadFieldsAsync(reader, cancellationToken)
                ?? throw ConvoException.Invalid("file", "No file was sent. Put it into a multipart field named file.");
            var (name, disposition) = (FileName(section), section);
            var file = new UploadFile(name!, disposition.ContentType, _threadId, _collectionId) { SaidAfterwards = token => ReadRestAsync(reader, token) };
            return await store(file, section.Body);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw UploadStream.TooLarge(maxFileBytes);
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            throw new ConvoException(ProblemKind.Invalid, "upload_incomplete", "The upload ended early or is not well-formed multipart data. Send the file again.", e);
        }
    }

    /// <summary>The file's own limit is kept by counting; this one ends what is far beyond it before a byte is read.</summary>
    private void AllowSize()
    {
        if (request.ContentLength > maxFileBytes + Overhead)
        {
            throw UploadStream.TooLarge(maxFileBytes);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxFileBytes + Overhead;
        }
    }

    private string Boundary()
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString()
            : "";
        return boundary.Length is > 0 and <= MaxBoundary
            ? boundary
            : throw ConvoException.Invalid("file", "Files are sent as multipart/form-data with the file in a field named file.");
    }

    /// <returns>The next section that is a file; null at the end.</returns>
    private async Task<MultipartSection?> ReadFieldsAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (++_sections > MaxSections)
            {
                throw ConvoException.Invalid("file", "The upload has too many parts. Send one file, and at most thread_id and collection_id.");
            }

            if (FileName(section) is not null)
            {
                return section;
            }

            await ReadFieldAsync(section, cancellationToken);
        }

        return null;
    }

    private async ValueTask<UploadTarget> ReadRestAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        if (await ReadFieldsAsync(reader, cancellationToken) is not null)
        {
            throw ConvoException.Invalid("file", "One request carries one file. Send the others in requests of their own.");
        }

        return new UploadTarget(_threadId, _collectionId);
    }

    private async Task ReadFieldAsync(MultipartSection section, CancellationToken cancellationToken)
    {
        var name = Disposition(section)?.Name is { } quoted ? HeaderUtilities.RemoveQuotes(quoted).ToString() : "";
        var value = await ReadTextAsync(section.Body, name, cancellationToken);
        switch (name)
        {
            case "thread_id":
                _threadId = Id(name, value);
                break;
            case "collection_id":
                _collectionId = Id(name, value);
                break;
        }
    }

    private static async Task<string> ReadTextAsync(Stream body, string name, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxField + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaxField
            ? Encoding.UTF8.GetString(buffer, 0, length).Trim()
            : throw ConvoException.Invalid(name, $"The field {name} is too long. Files go into a field with a file name.");
    }

    private static Guid? Id(string field, string value) =>
        value.Length == 0 ? null : Guid.TryParse(value, out var id) ? id : throw ConvoException.Invalid(field, $"{field} is not an id.");

    /// <summary>Null for a plain field. A field named file is the file even when its client gave it no name.</summary>
    private static string? FileName(MultipartSection section)
    {
        var disposition = Disposition(section);
        var name = disposition?.FileNameStar is { HasValue: true } extended ? extended : disposition?.FileName ?? default;
        return name.HasValue ? HeaderUtilities.RemoveQuotes(name).ToString()
            : disposition?.Name is { } field && HeaderUtilities.RemoveQuotes(field) == "file" ? "" : null;
    }

    private static ContentDispositionHeaderValue? Disposition(MultipartSection section) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var parsed) ? parsed : null;
}
