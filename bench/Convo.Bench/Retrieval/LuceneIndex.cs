using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Ar;
using Lucene.Net.Analysis.Cjk;
using Lucene.Net.Analysis.Da;
using Lucene.Net.Analysis.De;
using Lucene.Net.Analysis.El;
using Lucene.Net.Analysis.En;
using Lucene.Net.Analysis.Es;
using Lucene.Net.Analysis.Fi;
using Lucene.Net.Analysis.Fr;
using Lucene.Net.Analysis.Hi;
using Lucene.Net.Analysis.Hu;
using Lucene.Net.Analysis.It;
using Lucene.Net.Analysis.Nl;
using Lucene.Net.Analysis.No;
using Lucene.Net.Analysis.Pt;
using Lucene.Net.Analysis.Ro;
using Lucene.Net.Analysis.Ru;
using Lucene.Net.Analysis.Standard;
using Lucene.Net.Analysis.Sv;
using Lucene.Net.Analysis.Tr;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Store;
using Lucene.Net.Util;

namespace Convo.Bench.Retrieval;

/// <summary>
/// The peer: Lucene's own BM25 (k1 1.2, b 0.75) with Lucene's analyzer of the collection's language, over one field of title and text, as
/// BEIR's baselines are indexed. The question is a disjunction of its words.
/// </summary>
internal sealed class LuceneIndex : IDisposable
{
    private const LuceneVersion Version = LuceneVersion.LUCENE_48;

    private readonly RAMDirectory _directory = new();
    private readonly Analyzer _analyzer;
    private readonly DirectoryReader _reader;
    private readonly IndexSearcher _searcher;

    public LuceneIndex(IEnumerable<BeirDocument> documents, string language)
    {
        _analyzer = AnalyzerFor(language);
        var configuration = new IndexWriterConfig(Version, _analyzer) { Similarity = new BM25Similarity() };
        using (var writer = new IndexWriter(_directory, configuration))
        {
            foreach (var document in documents)
            {
                writer.AddDocument([new StringField("id", document.Id, Field.Store.YES), new TextField("text", $"{document.Title} {document.Text}", Field.Store.NO)]);
            }

            writer.ForceMerge(1);
        }

        _reader = DirectoryReader.Open(_directory);
        _searcher = new IndexSearcher(_reader) { Similarity = new BM25Similarity() };
    }

    public string AnalyzerName => _analyzer.GetType().Name;

    public IReadOnlyList<string> Search(string question, int depth) => new QueryBuilder(_analyzer).CreateBooleanQuery("text", question, Occur.SHOULD) is { } query
        ? [.. _searcher.Search(query, depth).ScoreDocs.Select(hit => _searcher.Doc(hit.Doc).Get("id", System.Globalization.CultureInfo.InvariantCulture))]
        : [];

    public void Dispose()
    {
        _reader.Dispose();
        _analyzer.Dispose();
        _directory.Dispose();
    }

    private static Analyzer AnalyzerFor(string language) => language switch
    {
        "english" => new EnglishAnalyzer(Version),
        "german" => new GermanAnalyzer(Version),
        "spanish" => new SpanishAnalyzer(Version),
        "french" => new FrenchAnalyzer(Version),
        "italian" => new ItalianAnalyzer(Version),
        "portuguese" => new PortugueseAnalyzer(Version),
        "dutch" => new DutchAnalyzer(Version),
        "danish" => new DanishAnalyzer(Version),
        "swedish" => new SwedishAnalyzer(Version),
        "norwegian" => new NorwegianAnalyzer(Version),
        "finnish" => new FinnishAnalyzer(Version),
        "hungarian" => new HungarianAnalyzer(Version),
        "romanian" => new RomanianAnalyzer(Version),
        "russian" => new RussianAnalyzer(Version),
        "turkish" => new TurkishAnalyzer(Version),
        "arabic" => new ArabicAnalyzer(Version),
        "greek" => new GreekAnalyzer(Version),
        "hindi" => new HindiAnalyzer(Version),
        "cjk" => new CJKAnalyzer(Version),
        _ => new StandardAnalyzer(Version),
    };
}
