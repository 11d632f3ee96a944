using System.IO.Compression;
using System.Xml;

namespace Convo.Core.Knowledge;

/// <summary>A ZIP package opened with care: parts are counted and their unpacked sizes summed before any is read.</summary>
internal sealed class ZipParts : IDisposable
{
    private const long SmallPart = 1 << 20;

    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _parts = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ExtractionException">It is damaged, or unpacks to more than is allowed.</exception>
    public ZipParts(ReaderInput input)
    {
        try
        {
            _archive = new ZipArchive(input.OpenStream(), ZipArchiveMode.Read);
            Check(input.Limits);
        }
        catch (InvalidDataException failure)
        {
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged, failure);
        }
        foreach (var entry in _archive.Entries)
            _parts.TryAdd(entry.FullName.Replace('\\', '/').TrimStart('/'), entry);
    }

    public IEnumerable<string> Names => _parts.Keys;

    public bool Has(string name) => _parts.ContainsKey(name);

    /// <summary>A reader of one XML part, or null when the package has none of that name. It resolves nothing and knows no DTD.</summary>
    public XmlReader? OpenXml(string name) =>
        _parts.TryGetValue(name, out var entry) ? XmlReader.Create(entry.Open(), SafeXml.Settings) : null;

    public void Dispose() => _archive.Dispose();

    private void Check(ReaderLimits limits)
    {
        if (_archive.Entries.Count > limits.MaxParts)
            throw new ExtractionException(ExtractionCodes.TooLarge, ExtractionReasons.Unpacked);
        var total = 0L;
        foreach (var entry in _archive.Entries)
        {
            // .NET never unpacks more than the directory declares, so a lie here only shortens the part.
            total += entry.Length;
            var ratio = entry.Length / Math.Max(1, entry.CompressedLength);
            if (entry.Length < 0 || total > limits.MaxInflatedBytes || (entry.Length > SmallPart && ratio > limits.MaxInflateRatio))
                throw new ExtractionException(ExtractionCodes.TooLarge, ExtractionReasons.Unpacked);
        }
    }
}
