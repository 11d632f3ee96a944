using System.Text.Json;
using Convo.Core.Shared;

namespace Convo.Core.Conversations.Import;

/// <summary>A whole file in memory, known to be JSON to its end, whose chats are parsed one at a time.</summary>
internal sealed class ImportFile
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly ReadOnlyMemory<byte> _json;

    private ImportFile(ReadOnlyMemory<byte> json)
    {
        _json = json;
        (IsList, Count) = Survey();
    }

    /// <summary>A list of chats; else the file is one chat.</summary>
    public bool IsList { get; }

    public int Count { get; }

    public static async Task<ImportFile> ReadAsync(Stream stream, long maxBytes, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (buffer.Length + read > maxBytes)
            {
                throw ImportRefusals.TooLarge(maxBytes);
            }

            buffer.Write(chunk, 0, read);
        }

        var json = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (json.Span.StartsWith("PK\u0003\u0004"u8))
        {
            throw new ConvoException(ProblemKind.UnsupportedType, "zip_not_taken", "This is the whole ZIP archive. Unpack it and choose the file conversations.json in it.");
        }

        return new ImportFile(json.Span.StartsWith(ByteOrderMark) ? json[3..] : json);
    }

    /// <summary>Each chat with its place; its document lives until the next one is asked for.</summary>
    public IEnumerable<JsonMember> Items()
    {
        var at = IsList ? _json.Span.IndexOf((byte)'[') + 1 : 0;
        for (var i = 0; i < Count; i++)
        {
            using var document = ParseNext(ref at);
            yield return new JsonMember(document.RootElement, IsList ? $"[{i}]" : "");
        }
    }

    /// <summary>The value that starts behind <paramref name="at"/>, which moves behind it.</summary>
    private JsonDocument ParseNext(ref int at)
    {
        // Between two values stand a comma and blanks; the survey has seen to that.
        at += _json.Span[at..].IndexOfAnyExcept(", \t\r\n"u8);
        var reader = new Utf8JsonReader(_json.Span[at..]);
        var document = JsonDocument.ParseValue(ref reader);
        at += (int)reader.BytesConsumed;
        return document;
    }

    private (bool IsList, int Count) Survey()
    {
        var reader = new Utf8JsonReader(_json.Span);
        try
        {
            var (isList, count, first) = (false, 0, true);
            while (reader.Read())
            {
                if (first)
                {
                    (isList, first) = (reader.TokenType == JsonTokenType.StartArray, false);
                }
                else if (isList && reader.CurrentDepth == 1 && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
                {
                    count++;
                }
            }

            return (isList, isList ? count : 1);
        }
        catch (JsonException e)
        {
            throw new ConvoException(
                ProblemKind.Invalid, "invalid_json",
                $"The file is not whole JSON: it stops making sense in line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}. Nothing was imported; export it again.", e)
            {
                Field = $"line {e.LineNumber + 1}",
            };
        }
    }
}
