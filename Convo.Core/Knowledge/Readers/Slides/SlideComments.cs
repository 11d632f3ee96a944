using System.Xml.Linq;
using DocumentFormat.OpenXml.Packaging;

namespace Convo.Core.Knowledge;

/// <summary>Comments on slides, of the old kind and of the kind with replies.</summary>
internal static class SlideComments
{
    public static IReadOnlyDictionary<string, string> Authors(PresentationPart presentation) =>
        OpenParts.Below(presentation).Where(part => part is CommentAuthorsPart or PowerPointAuthorsPart).Select(OpenParts.TryLoad).OfType<XElement>()
            .SelectMany(root => root.Elements()).GroupBy(author => author.Attr("id") ?? "")
            .ToDictionary(group => group.Key, group => group.First().Attr("name") ?? "");

    public static IEnumerable<string> Of(SlidePart slide, IReadOnlyDictionary<string, string> authors) =>
        slide.Parts.Select(pair => pair.OpenXmlPart).Where(part => part is SlideCommentsPart or PowerPointCommentPart).Select(OpenParts.TryLoad).OfType<XElement>()
            .SelectMany(root => root.Descendants().Where(element => element.Name.LocalName is "cm" or "reply"))
            .Select(comment => (Author: authors.GetValueOrDefault(comment.Attr("authorId") ?? "", ""), Text: Text(comment)))
            .Where(comment => comment.Text.Length > 0)
            .Select(comment => comment.Author.Length > 0 ? $"Comment ({comment.Author}): {comment.Text}" : $"Comment: {comment.Text}");

    private static string Text(XElement comment) =>
        comment.Child("text")?.Value ?? string.Join('\n', DrawingText.Of(comment.Child("txBody")));
}
