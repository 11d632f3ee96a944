namespace Convo.Core.Knowledge;

/// <summary>What the child that runs the OCR programs is to do.</summary>
/// <param name="Renderer">Path of <c>pdftoppm</c>.</param>
/// <param name="Tesseract">Path of <c>tesseract</c>.</param>
/// <param name="Languages">As tesseract names them; empty for those installed.</param>
/// <param name="Pages">1-based, ascending.</param>
internal sealed record RecognitionJob(string Renderer, string Tesseract, string Languages, IReadOnlyList<int> Pages);
