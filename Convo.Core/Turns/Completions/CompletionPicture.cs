using Convo.Core.Knowledge.Pictures;
using Convo.Core.Shared;
using Microsoft.Extensions.AI;

namespace Convo.Core.Turns.Completions;

/// <summary>A picture that a program sends: told by its bytes, never by its name, and without whatever it says beside its pixels.</summary>
public static class CompletionPicture
{
    /// <param name="file">The file as it came.</param>
    /// <param name="field">Where it stood in the request.</param>
    /// <exception cref="ConvoException">400 <c>unsupported_image</c>.</exception>
    public static DataContent Read(ReadOnlyMemory<byte> file, string field)
    {
        if (Picture.TypeOf(file.Span) is null)
        {
            throw Refused("A picture is PNG, JPEG, WebP or GIF; this one is not.", field);
        }

        if (file.Length > Picture.MaxBytes)
        {
            throw Refused($"A picture has at most {Picture.MaxBytes >> 20} MB. Make it smaller and send it again.", field);
        }

        try
        {
            var clean = Picture.Clean(file.Span);
            return new DataContent(clean.Bytes, clean.MediaType);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.UnsupportedType)
        {
            throw Refused(e.Message, field, e);
        }
    }

    private static ConvoException Refused(string detail, string field, Exception? inner = null) => new(ProblemKind.Invalid, "unsupported_image", detail, inner) { Field = field };
}
