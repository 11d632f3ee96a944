using System.Xml;

namespace Convo.Core.Knowledge;

/// <summary>The XML of an OpenDocument file, whether packed (ODT …) or flat (FODT …).</summary>
internal sealed class OdfPackage : IDisposable
{
    private readonly ZipParts? _parts;
    private readonly ReaderInput _input;

    /// <exception cref="ExtractionException">It is protected with a password, or has no content.</exception>
    public OdfPackage(ReaderInput input)
    {
        _input = input;
        if (!input.Bytes.Span.StartsWith("PK"u8))
            return;
        _parts = new ZipParts(input);
        if (OfficeRelations.Load(_parts, "META-INF/manifest.xml")?.Descendants().Any(element => element.Name.LocalName == "encryption-data") == true)
            throw new ExtractionException(ExtractionCodes.Encrypted, ExtractionReasons.Encrypted);
    }

    public string? Title => _parts is null ? null : OfficeRelations.Load(_parts, "meta.xml")?.Descendants().FirstOrDefault(element => element.Name.LocalName == "title")?.Value;

    public XmlReader Content() => _parts is null
        ? XmlReader.Create(_input.OpenStream(), SafeXml.Settings)
        : _parts.OpenXml("content.xml") ?? throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);

    public XmlReader? Styles() => _parts?.OpenXml("styles.xml");

    /// <summary>Documents embedded as objects: their folders have a content of their own.</summary>
    public IEnumerable<XmlReader> Objects() => _parts is null
        ? []
        : _parts.Names.Where(name => name.Contains('/', StringComparison.Ordinal) && name.EndsWith("/content.xml", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(name => _parts.OpenXml(name)!);

    public void Dispose() => _parts?.Dispose();
}
