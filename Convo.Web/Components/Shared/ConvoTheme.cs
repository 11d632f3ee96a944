using MudBlazor;

namespace Convo.Web.Components.Shared;

/// <summary>
/// What MudBlazor needs beside the tokens: type and shape. Its colours come from wwwroot/css/tokens.css, which maps every palette
/// variable to a role of ours; one place decides them, and a change of theme needs no answer from the server.
/// </summary>
internal static class ConvoTheme
{
    private static readonly string[] Font =
        ["Inter Variable", "Inter", "ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Font, FontSize = ".875rem", LineHeight = "1.45", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontFamily = Font, FontSize = ".875rem", LineHeight = "1.45", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontFamily = Font, FontSize = ".8125rem", LineHeight = "1.45", LetterSpacing = "normal" },
            H6 = new H6Typography { FontFamily = Font, FontSize = "1rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "-.01em" },
            Button = new ButtonTypography { FontFamily = Font, FontSize = ".8125rem", FontWeight = "550", LetterSpacing = "normal", TextTransform = "none" },
            Caption = new CaptionTypography { FontFamily = Font, FontSize = ".75rem", LetterSpacing = "normal" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "10px" },
        ZIndex = new ZIndex { Dialog = 1400, Popover = 1500, Snackbar = 1600, Tooltip = 1700 },
    };
}
