using System.Globalization;

namespace Convo.Bench.Retrieval;

/// <summary>
/// What trec_eval computes: nDCG@10 (gain is the judged score, discount log2(rank + 1)), average precision, and recall at 100, averaged over
/// the questions.
/// </summary>
internal sealed class RankingMetrics
{
    private readonly List<double> _ndcg = [];
    private double _precision;
    private double _recall;

    public int Queries => _ndcg.Count;

    public double Ndcg => _ndcg.Count == 0 ? 0 : _ndcg.Average();

    /// <summary>Of each question, in the order they were added.</summary>
    public IReadOnlyList<double> NdcgByQuery => _ndcg;

    /// <param name="ranking">Document ids, best first, each once.</param>
    /// <param name="relevant">Judged scores above 0 by document id.</param>
    public void Add(IReadOnlyList<string> ranking, IReadOnlyDictionary<string, int> relevant)
    {
        var gained = ranking.Take(10).Select((id, i) => relevant.GetValueOrDefault(id) / Math.Log2(i + 2)).Sum();
        var ideal = relevant.Values.OrderDescending().Take(10).Select((score, i) => score / Math.Log2(i + 2)).Sum();
        _ndcg.Add(gained / ideal);

        var (hits, precision) = (0, 0.0);
        for (var i = 0; i < ranking.Count; i++)
        {
            if (relevant.ContainsKey(ranking[i]))
            {
                precision += (double)++hits / (i + 1);
            }
        }

        _precision += precision / relevant.Count;
        _recall += (double)ranking.Take(100).Count(relevant.ContainsKey) / relevant.Count;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"nDCG@10 {Ndcg:0.0000}   MAP {_precision / Queries:0.0000}   Recall@100 {_recall / Queries:0.0000}");
}
