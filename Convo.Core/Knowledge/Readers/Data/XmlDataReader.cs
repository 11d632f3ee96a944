using System.Text;
using System.Xml;

namespace Convo.Core.Knowledge;

/// <summary>
/// XML of any vocabulary: each element's own text and attributes as "name: value" lines, a block for each entry below the root. Entities
/// of a DTD are unknown and nothing is loaded; where that breaks the file, its text is read without the tags.
/// </summary>
internal sealed class XmlDataReader : IDocumentReader
{
    private const int BlockLength = 2_000;

    private static readonly XmlReaderSettings Settings = Relaxed();

    public bool CanRead(DetectedType type) => type == FileTypes.Xml;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        var count = output.Blocks.Count;
        try
        {
            using var reader = XmlReader.Create(input.OpenStream(), Settings);
            Write(reader, output);
        }
        catch (XmlException) when (output.Blocks.Count == count)
        {
            HtmlReader.ReadFragment(TextDecoder.Decode(input.Bytes.Span), output);
        }
        catch (XmlException failure)
        {
            // Cut off in the middle: what came before is kept.
            Console.Error.WriteLine($"xml: {failure.Message}");
        }
    }

    private static void Write(XmlReader reader, DocumentBuilder output)
    {
        var block = new StringBuilder();
        var names = new Stack<string>();
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (reader.Depth <= 1 && block.Length > 0)
                        Flush();
                    var empty = reader.IsEmptyElement;
                    names.Push(reader.LocalName);
                    WriteAttributes(reader, block);
                    if (empty)
                        names.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA when !string.IsNullOrWhiteSpace(reader.Value):
                    Line(block, names.Count > 0 ? names.Peek() : "", reader.Value);
                    break;
                case XmlNodeType.EndElement:
                    names.TryPop(out _);
                    if (reader.Depth <= 1 || block.Length > BlockLength)
                        Flush();
                    break;
            }
        }
        Flush();

        void Flush()
        {
            output.Lines(block.ToString(), 1);
            block.Clear();
        }
    }

    private static void WriteAttributes(XmlReader reader, StringBuilder block)
    {
        var element = reader.LocalName;
        while (reader.MoveToNextAttribute())
        {
            if (reader.Prefix is not ("xmlns" or "xml" or "xsi") && reader.LocalName != "xmlns" && !string.IsNullOrWhiteSpace(reader.Value))
                Line(block, $"{element}.{reader.LocalName}", reader.Value);
        }
    }

    private static void Line(StringBuilder block, string name, string value)
    {
        if (block.Length > 0)
            block.Append('\n');
        block.Append(name).Append(": ").Append(TextCleaner.Flow(value));
    }

    private static XmlReaderSettings Relaxed()
    {
        var settings = SafeXml.Settings.Clone();
        // A DOCTYPE is passed over, not obeyed: books and property lists all have one.
        settings.DtdProcessing = DtdProcessing.Ignore;
        return settings;
    }
}
