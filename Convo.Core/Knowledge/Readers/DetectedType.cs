namespace Convo.Core.Knowledge;

/// <summary>What a file really is, judged by its bytes.</summary>
/// <param name="MediaType">Such as <c>application/pdf</c>; <c>application/octet-stream</c> when nothing fits.</param>
/// <param name="Label">For people: "PDF document".</param>
/// <param name="Refusal">Null when Convo may be able to read it; else a sentence that says why not and what to do.</param>
public sealed record DetectedType(string MediaType, string Label, string? Refusal)
{
    public bool IsSupported => Refusal is null;
}
