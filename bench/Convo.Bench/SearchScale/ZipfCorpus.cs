using System.Text;

namespace Convo.Bench.SearchScale;

/// <summary>
/// Text whose words follow Zipf's law (rank r has a share of 1 / r^1.07), seven words in ten from the whole vocabulary and three from the
/// topic of their file, so that files differ in what they are about. The same seed gives the same corpus.
/// </summary>
internal sealed class ZipfCorpus : ScaleCorpus
{
    private const int Vocabulary = 200_000;
    private const int Topics = 2_000;
    private const int TopicWords = 400;
    private const int WordsPerChunk = 190;
    private const double Exponent = 1.07;

    private static readonly string[] Syllables =
        [.. "b c d f g h j k l m n p r s t v w z br st tr kl".Split(' ').SelectMany(onset => "a e i o u ai".Split(' ').Select(vowel => onset + vowel))];

    private readonly double[] _shares = Cumulative(Vocabulary);
    private readonly double[] _topicShares = Cumulative(TopicWords);

    public override int Passages => int.MaxValue;

    /// <param name="file">Decides the topic and every word.</param>
    public override IReadOnlyList<string> File(int file, int chunks)
    {
        var random = new Random(file);
        return [.. Enumerable.Range(0, chunks).Select(_ => Chunk(random, file % Topics))];
    }

    protected override string CommonWord(Random random) => Word(random.Next(30));

    private string Chunk(Random random, int topic)
    {
        var text = new StringBuilder(WordsPerChunk * 8);
        for (var i = 0; i < WordsPerChunk; i++)
        {
            var rank = random.NextDouble() < 0.7 ? Draw(_shares, random) : TopicWord(topic, Draw(_topicShares, random));
            text.Append(Word(rank)).Append(i % 17 == 16 ? ". " : " ");
        }

        return text.ToString();
    }

    /// <summary>A topic's words lie anywhere in the vocabulary but its most frequent part.</summary>
    private static int TopicWord(int topic, int place) => 500 + (int)((uint)HashCode(topic, place) % (Vocabulary - 500));

    private static int HashCode(int topic, int place) => unchecked((topic * 73_856_093) ^ (place * 19_349_663));

    /// <summary>Frequent words are short, as they are in every language.</summary>
    private static string Word(int rank)
    {
        var word = new StringBuilder();
        for (var rest = rank + 1; rest > 0; rest /= Syllables.Length)
        {
            word.Append(Syllables[rest % Syllables.Length]);
        }

        return word.Append('q').ToString();
    }

    private static int Draw(double[] cumulative, Random random)
    {
        var at = Array.BinarySearch(cumulative, random.NextDouble());
        return Math.Min(at < 0 ? ~at : at, cumulative.Length - 1);
    }

    private static double[] Cumulative(int count)
    {
        var shares = Enumerable.Range(1, count).Select(rank => 1 / Math.Pow(rank, Exponent)).ToArray();
        var (sum, total) = (0.0, shares.Sum());
        return Array.ConvertAll(shares, share => (sum += share) / total);
    }
}
