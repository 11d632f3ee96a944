namespace Convo.Core.Knowledge;

/// <summary>Every kind of file Convo knows by sight, and what it says about those it cannot read.</summary>
public static class FileTypes
{
    public static readonly DetectedType Pdf = new("application/pdf", "PDF document", null);
    public static readonly DetectedType Docx = new(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document", null);
    public static readonly DetectedType Html = new("text/html", "web page", null);
    public static readonly DetectedType Markdown = new("text/markdown", "Markdown text", null);
    public static readonly DetectedType PlainText = new("text/plain", "text", null);
    public static readonly DetectedType SourceCode = new("text/x-source", "source code", null);

    /// <summary>Accepted so that the extraction can say <c>file_encrypted</c>: what is inside cannot be known.</summary>
    public static readonly DetectedType EncryptedOffice = new("application/x-encrypted-office", "password-protected Office document", null);

    internal static readonly DetectedType Xlsx = NotYet(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel workbook");
    internal static readonly DetectedType Xlsb = NotYet("application/vnd.ms-excel.sheet.binary.macroenabled.12", "binary Excel workbook");
    internal static readonly DetectedType Pptx = NotYet(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation", "PowerPoint presentation");
    internal static readonly DetectedType Odt = NotYet("application/vnd.oasis.opendocument.text", "OpenDocument text");
    internal static readonly DetectedType Ods = NotYet("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet");
    internal static readonly DetectedType Odp = NotYet("application/vnd.oasis.opendocument.presentation", "OpenDocument presentation");
    internal static readonly DetectedType Epub = NotYet("application/epub+zip", "EPUB book");
    internal static readonly DetectedType Rtf = NotYet("application/rtf", "RTF document");
    internal static readonly DetectedType Msg = NotYet("application/vnd.ms-outlook", "Outlook message");
    internal static readonly DetectedType Doc = Old("application/msword", "Word 97–2003 (.doc)", ".docx");
    internal static readonly DetectedType Xls = Old("application/vnd.ms-excel", "Excel 97–2003 (.xls)", ".pdf");
    internal static readonly DetectedType Ppt = Old("application/vnd.ms-powerpoint", "PowerPoint 97–2003 (.ppt)", ".pdf");
    internal static readonly DetectedType Ole = NotYet("application/x-ole-storage", "file in an old Office format");
    internal static readonly DetectedType Zip = new("application/zip", "ZIP archive",
        "This is a ZIP archive. Unpack it and upload the documents inside.");
    internal static readonly DetectedType Image = new("image/*", "picture",
        "This is a picture, and Convo reads text only. Run text recognition (OCR) on it and upload the result as PDF or text.");
    internal static readonly DetectedType Unknown = new("application/octet-stream", "file of an unknown kind",
        "This is not a document Convo knows. Upload PDF, DOCX, HTML, Markdown or plain text.");

    private static DetectedType NotYet(string mediaType, string label) => new(mediaType, label,
        $"This is a file of the kind \"{label}\", which Convo cannot read yet. Save it as PDF or DOCX and upload that.");

    private static DetectedType Old(string mediaType, string label, string extension) => new(mediaType, label,
        $"This file has an old format, {label}. Open it in an office program, save it as {extension} and upload that.");
}
