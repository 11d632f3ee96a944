using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Convo.Core.Shared;

/// <summary>A place in a list that is ordered by time and id, as an opaque token.</summary>
public readonly record struct Cursor(DateTimeOffset At, Guid Id)
{
    /// <exception cref="ConvoException">400 for a token that was not made here.</exception>
    public static Cursor? Parse(string? token)
    {
        if (token is null)
        {
            return null;
        }

        try
        {
            var text = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0
                && long.TryParse(text.AsSpan(0, colon), CultureInfo.InvariantCulture, out var ticks)
                && ticks is >= 0 and <= 3_155_378_975_999_999_999
                && Guid.TryParseExact(text.AsSpan(colon + 1), "N", out var id))
            {
                return new Cursor(new DateTimeOffset(ticks, TimeSpan.Zero), id);
            }
        }
        catch (FormatException)
        {
            // Not base64: answered below like any other foreign token.
        }

        throw ConvoException.Invalid("cursor", "The cursor is not one of this list. Start again without it.");
    }

    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}:{Id:N}")));
}
