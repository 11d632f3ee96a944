namespace Convo.Core.Knowledge;

/// <summary>What people read when a file cannot be used: the cause, then what they can do.</summary>
internal static class ExtractionReasons
{
    public const string Empty = "The file is empty (0 bytes). Upload it again from its source.";
    public const string Encrypted = "The file is protected with a password. Remove the password and upload it again.";
    public const string Damaged =
        "The file is damaged or not quite what its format asks for. Open it in its own program, save it again and upload that.";
    public const string Memory = "Reading the file needed more memory than is allowed. Split it or save it in a simpler form, such as PDF.";
    public const string Crashed =
        "The file made the reading process fail, so it was given up. Open it in its own program, save it again and upload that.";
    public const string TooDeep =
        "The file is nested too deeply to be read. Open it in its own program, save it again and upload that.";
    public const string Unpacked =
        "The file unpacks to far more than a document of its size should, so it was not read. Save it again and upload that.";
    public const string Unavailable = "The reading process could not be started on the server. Try again later; an administrator finds the cause in the log.";

    public const string NoTextRecognized =
        "No text was found in this PDF, and text recognition (OCR) found none in its pictures. Check that it is the right one, or scan it again with a higher resolution.";

    public const string NoTimeForPictures =
        "Recognising text in its pictures took longer than a file may take. Split it and upload the parts, or make it searchable with OCR first.";

    public static string TooMuchText(int characters) => $"The file holds more than {characters:N0} characters of text. Split it and upload the parts.";

    public static string Timeout(TimeSpan limit) =>
        $"Reading the file took longer than {limit.TotalSeconds:N0} seconds and was stopped. Try again later, or split the file.";
}
