using System.Globalization;

namespace Convo.Web.Components.Shared;

/// <summary>Times as the person's own clock shows them. The browser tells its zone in a cookie (wwwroot/js/theme.js).</summary>
public sealed class BrowserTime(TimeProvider time)
{
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;

    public void SetZone(string? id) => _zone = id is not null && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : TimeZoneInfo.Utc;

    public DateTimeOffset Now => Local(time.GetUtcNow());

    public DateTimeOffset Local(DateTimeOffset value) => TimeZoneInfo.ConvertTime(value, _zone);

    public string Clock(DateTimeOffset value) => Local(value).ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Clock for today, "Yesterday 14:02", else the date.</summary>
    public string Moment(DateTimeOffset value)
    {
        var local = Local(value);
        return (Now.Date - local.Date).Days switch
        {
            0 => Clock(value),
            1 => "Yesterday " + Clock(value),
            _ => Date(value) + ", " + Clock(value),
        };
    }

    public string Date(DateTimeOffset value)
    {
        var local = Local(value);
        return local.ToString(local.Year == Now.Year ? "d MMM" : "d MMM yyyy", CultureInfo.InvariantCulture);
    }

    /// <summary>When that day begins for the person. Where clocks jump over midnight it begins later.</summary>
    public DateTimeOffset Midnight(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (_zone.IsInvalidTime(midnight)) midnight = midnight.AddMinutes(15);
        return new DateTimeOffset(midnight, _zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    /// <summary>How many midnights lie between then and now.</summary>
    public int DaysAgo(DateTimeOffset value) => (Now.Date - Local(value).Date).Days;
}
