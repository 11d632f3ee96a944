using UglyToad.PdfPig;
using UglyToad.PdfPig.AcroForms.Fields;
using UglyToad.PdfPig.Annotations;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Tokens;

namespace Convo.Core.Knowledge;

/// <summary>Text that people put onto a page: filled form fields, text boxes, comments. It is not part of the page's own content.</summary>
internal static class PdfForms
{
    private static readonly HashSet<AnnotationType> Remarks =
    [
        AnnotationType.FreeText, AnnotationType.Text, AnnotationType.Highlight, AnnotationType.Underline, AnnotationType.Squiggly, AnnotationType.StrikeOut, AnnotationType.Caret,
        AnnotationType.Square, AnnotationType.Circle, AnnotationType.Line,
    ];

    public static ILookup<int, string> FieldsByPage(PdfDocument document)
    {
        if (!document.TryGetForm(out var form) || form is null)
            return Enumerable.Empty<string>().ToLookup(_ => 0);
        return form.Fields.SelectMany(field => Leaves(field, 0))
            .Select(field => (Page: field.PageNumber ?? 1, Text: Line(field)))
            .Where(field => field.Text.Length > 0)
            .ToLookup(field => field.Page, field => field.Text);
    }

    /// <summary>Text boxes, and what reviewers wrote to marks and notes.</summary>
    public static IEnumerable<string> Notes(Page page) =>
        page.GetAnnotations().Where(annotation => Remarks.Contains(annotation.Type) && !string.IsNullOrWhiteSpace(annotation.Content))
            .Select(annotation => annotation.Type == AnnotationType.FreeText ? annotation.Content! : $"Comment: {annotation.Content}");

    private static IEnumerable<AcroFieldBase> Leaves(AcroFieldBase field, int depth) =>
        field is AcroNonTerminalField parent && depth < 32 ? parent.Children.SelectMany(child => Leaves(child, depth + 1)) : [field];

    /// <summary>What people see of an entry whose value is a code.</summary>
    private static string Shown(IReadOnlyList<AcroChoiceOption> options, string value) =>
        options.FirstOrDefault(option => option.HasExportValue && string.Equals(option.ExportValue, value, StringComparison.Ordinal))?.Name ?? value;

    private static string? Caption(AcroPushButtonField button) =>
        button.Dictionary.TryGet(NameToken.Create("MK"), out DictionaryToken look) && look.TryGet(NameToken.Create("CA"), out StringToken caption) ? caption.Data : null;

    private static string Line(AcroFieldBase field)
    {
        var value = field switch
        {
            AcroTextField text => text.Value,
            AcroComboBoxField combo => string.Join(", ", combo.SelectedOptions.Select(chosen => Shown(combo.Options, chosen))),
            AcroPushButtonField button => Caption(button),
            // A list shows its entries, chosen or not.
            AcroListBoxField list => string.Join(", ", list.Options.Select(option => option.Name)),
            _ => null,
        };
        if (string.IsNullOrWhiteSpace(value))
            return "";
        // The alternate name is what a screen reader says; partial names are the programmer's.
        return field.Information.AlternateName is { Length: > 0 } name && !value.Contains(name, StringComparison.Ordinal) ? $"{name}: {value}" : value;
    }
}
