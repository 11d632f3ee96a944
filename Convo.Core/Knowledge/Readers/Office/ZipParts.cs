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
            Check(input.Limits, input.Budget);
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

    /// <summary>A part's unpacked bytes, or null when there is none of that name.</summary>
    public byte[]? ReadAll(string name)
    {
        if (!_parts.TryGetValue(name, out var entry))
            return null;
        using var part = entry.Open();
        var bytes = new MemoryStream((int)Math.Min(entry.Length, 1 << 20));
        part.CopyTo(bytes);
        return bytes.ToArray();
    }

    private void Check(ReaderLimits limits, InflateBudget budget)
    {
        if (_archive.Entries.Count > limits.MaxParts)
            throw new ExtractionException(ExtractionCodes.TooLarge, ExtractionReasons.Unpacked);
        foreach (var entry in _archive.Entries)
        {
            // .NET never unpacks more than the directory declares, so a lie here only shortens the part.
            budget.Take(entry.Length);
            var ratio = entry.Length / Math.Max(1, entry.CompressedLength);
            if (entry.Length > SmallPart && ratio > limits.MaxInflateRatio)
                throw new ExtractionException(ExtractionCodes.TooLarge, ExtractionReasons.Unpacked);
        }
    }
}
