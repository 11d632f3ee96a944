using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>Footnotes, endnotes and comments by their id; they are written after the paragraph that refers to them.</summary>
internal sealed class DocxNotes
{
    private readonly Dictionary<(string Kind, string Id), XElement> _notes = [];

    public static DocxNotes Load(ZipParts parts, string folder)
    {
        var notes = new DocxNotes();
        notes.Add(parts, folder + "footnotes.xml", "footnote");
        notes.Add(parts, folder + "endnotes.xml", "endnote");
        notes.Add(parts, folder + "comments.xml", "comment");
        return notes;
    }

    /// <summary>The note that a reference element points at, once.</summary>
    public XElement? Take(XElement reference)
    {
        var kind = reference.Name.LocalName[..^"Reference".Length];
        return reference.Attr("id") is { } id && _notes.Remove((kind, id), out var note) ? note : null;
    }

    private void Add(ZipParts parts, string name, string kind)
    {
        using var reader = parts.OpenXml(name);
        if (reader is null)
            return;
        // Those with a type are the separator lines.
        foreach (var note in XElement.Load(reader).Elements().Where(element => element.Name.LocalName == kind && element.Attr("type") is null or "normal"))
            _notes.TryAdd((kind, note.Attr("id") ?? ""), note);
    }
}
