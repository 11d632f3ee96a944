using System.Globalization;
using System.Text;
using Convo.Core.Usage;

namespace Convo.Web.Endpoints;

/// <summary>A report as a table for spreadsheets, by RFC 4180: a head line, CRLF, quotes where they are needed.</summary>
internal static class UsageCsv
{
    public const string MediaType = "text/csv; charset=utf-8";

    private const string Head = "key,label,detail,requests,input_tokens,cached_input_tokens,output_tokens,reasoning_tokens,cost_usd,unpriced_requests";

    public static byte[] Of(IEnumerable<UsageReportRow> rows)
    {
        var text = new StringBuilder(Head).Append("\r\n");
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Cell(row.Key)},{Cell(row.Label)},{Cell(row.Detail)},{row.Requests},{row.InputTokens},{row.CachedInputTokens},");
            text.Append(CultureInfo.InvariantCulture, $"{row.OutputTokens},{row.ReasoningTokens},{row.Cost:0.##########},{row.UnpricedRequests}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A name that begins like a formula is one to a spreadsheet, which then runs what somebody else wrote: it gets an apostrophe in front.</summary>
    private static string Cell(string? text)
    {
        var cell = text is null or "" ? "" : text.TrimStart() is ['=' or '+' or '-' or '@', ..] || text[0] is '\t' or '\r' or '\n' ? "'" + text : text;
        return cell.AsSpan().ContainsAny("\",\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
    }
}
