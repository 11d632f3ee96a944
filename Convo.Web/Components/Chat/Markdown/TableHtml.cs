using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary>A table inside its own scroller, so that a wide one never moves the page. Alignment is a class: inline styles are not allowed through.</summary>
internal sealed class TableHtml : HtmlObjectRenderer<Table>
{
    protected override void Write(HtmlRenderer renderer, Table obj)
    {
        renderer.Write("<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>");
        var inBody = false;
        foreach (var row in obj.OfType<TableRow>())
        {
            if (row.IsHeader) renderer.Write("<thead>");
            else if (!inBody) renderer.Write("<tbody>");
            inBody |= !row.IsHeader;
            WriteRow(renderer, obj, row);
            if (row.IsHeader) renderer.Write("</thead>");
        }

        renderer.Write(inBody ? "</tbody></table></div>" : "</table></div>");
    }

    private static void WriteRow(HtmlRenderer renderer, Table table, TableRow row)
    {
        renderer.Write("<tr>");
        for (var i = 0; i < row.Count; i++)
        {
            var tag = row.IsHeader ? "th" : "td";
            renderer.Write('<').Write(tag);
            var alignment = i < table.ColumnDefinitions.Count ? table.ColumnDefinitions[i].Alignment : null;
            if (alignment is TableColumnAlign.Right) renderer.Write(" class=\"ta-right\"");
            else if (alignment is TableColumnAlign.Center) renderer.Write(" class=\"ta-center\"");
            renderer.Write('>');
            var before = renderer.ImplicitParagraph;
            renderer.ImplicitParagraph = true;
            renderer.Write(row[i]);
            renderer.ImplicitParagraph = before;
            renderer.Write("</").Write(tag).Write('>');
        }

        renderer.Write("</tr>");
    }
}
