namespace Convo.Core.Knowledge;

/// <summary>Every kind of file Convo knows by sight, and what it says about those it cannot read.</summary>
public static class FileTypes
{
    private const string Ooxml = "application/vnd.openxmlformats-officedocument.";
    private const string OpenDocument = "application/vnd.oasis.opendocument.";

    public static readonly DetectedType Pdf = new("application/pdf", "PDF document", null);
    public static readonly DetectedType Docx = new(Ooxml + "wordprocessingml.document", "Word document", null);
    public static readonly DetectedType Xlsx = new(Ooxml + "spreadsheetml.sheet", "Excel workbook", null);
    public static readonly DetectedType Pptx = new(Ooxml + "presentationml.presentation", "PowerPoint presentation", null);
    public static readonly DetectedType Xlsb = new("application/vnd.ms-excel.sheet.binary.macroenabled.12", "binary Excel workbook", null);
    public static readonly DetectedType Doc = new("application/msword", "Word 97–2003 document", null);
    public static readonly DetectedType Xls = new("application/vnd.ms-excel", "Excel 97–2003 workbook", null);
    public static readonly DetectedType Ppt = new("application/vnd.ms-powerpoint", "PowerPoint 97–2003 presentation", null);
    public static readonly DetectedType Odt = new(OpenDocument + "text", "OpenDocument text", null);
    public static readonly DetectedType Ods = new(OpenDocument + "spreadsheet", "OpenDocument spreadsheet", null);
    public static readonly DetectedType Odp = new(OpenDocument + "presentation", "OpenDocument presentation", null);
    public static readonly DetectedType Rtf = new("application/rtf", "RTF document", null);
    public static readonly DetectedType Epub = new("application/epub+zip", "EPUB book", null);
    public static readonly DetectedType Eml = new("message/rfc822", "e-mail", null);
    public static readonly DetectedType Mbox = new("application/mbox", "mailbox", null);
    public static readonly DetectedType Msg = new("application/vnd.ms-outlook", "Outlook message", null);
    public static readonly DetectedType Tnef = new("application/vnd.ms-tnef", "Outlook winmail.dat", null);
    public static readonly DetectedType Html = new("text/html", "web page", null);
    public static readonly DetectedType Markdown = new("text/markdown", "Markdown text", null);
    public static readonly DetectedType Csv = new("text/csv", "CSV table", null);
    public static readonly DetectedType Json = new("application/json", "JSON data", null);
    public static readonly DetectedType Xml = new("application/xml", "XML data", null);
    public static readonly DetectedType PlainText = new("text/plain", "text", null);
    public static readonly DetectedType SourceCode = new("text/x-source", "source code", null);

    /// <summary>Accepted so that the extraction can say <c>file_encrypted</c>: what is inside cannot be known.</summary>
    public static readonly DetectedType EncryptedOffice = new("application/x-encrypted-office", "password-protected Office document", null);

    internal static readonly DetectedType Ole = new("application/x-ole-storage", "file in an old Office format",
        "This file has the container of an old Office format, but holds no Word, Excel, PowerPoint or Outlook content. Save it as PDF and upload that.");
    internal static readonly DetectedType Zip = new("application/zip", "ZIP archive",
        "This is a ZIP archive. Unpack it and upload the documents inside.");
    internal static readonly DetectedType Archive = new("application/x-archive", "archive",
        "This is a packed archive. Unpack it and upload the documents inside.");
    internal static readonly DetectedType Iwork = new("application/vnd.apple.iwork", "Apple iWork document",
        "This is a file of Pages, Numbers or Keynote. Export it there as PDF or in Office format and upload that.");
    internal static readonly DetectedType Drawing = new("application/vnd.ms-visio.drawing", "Visio or XPS drawing",
        "This is a drawing, which Convo cannot read. Save it as PDF and upload that.");
    internal static readonly DetectedType PostScript = new("application/postscript", "PostScript file",
        "This is a PostScript program. Convert it to PDF and upload that.");
    internal static readonly DetectedType Image = new("image/*", "picture",
        "This is a picture, and Convo reads text only. Save it as PDF (or print it to one) and upload that.");
    internal static readonly DetectedType Media = new("application/x-media", "sound or film",
        "This is a sound or film file, and Convo reads text only. Upload a transcript of it.");
    internal static readonly DetectedType Program = new("application/x-executable", "program",
        "This is a program, not a document. Upload PDF, an Office document, e-mail or text.");
    internal static readonly DetectedType Unknown = new("application/octet-stream", "file of an unknown kind",
        "This is not a document Convo knows. Upload PDF, an Office or OpenDocument file, e-mail, EPUB, HTML, Markdown, CSV, JSON, XML or plain text.");
}
