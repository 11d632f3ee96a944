using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>The beginning of a stream that must be drained to its end: a stack overflow's trace can be many megabytes.</summary>
internal static class BoundedText
{
    private const int Kept = 4096;

    public static async Task<string> ReadAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false)) > 0)
            text.Append(buffer, 0, Math.Min(read, Kept - text.Length));
        return text.ToString();
    }
}
