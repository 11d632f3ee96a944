using System.Globalization;
using Convo.Core.Usage;

namespace Convo.Web.Components.Admin.Usage;

/// <summary>What the page shows; its address holds it, so that it can be kept and sent on.</summary>
public sealed record UsageFilter(string By, int Days, Guid? UserId, Guid? TeamId, string? Model)
{
    public static readonly IReadOnlyList<(string Value, string Name)> Groupings =
        [("user", "People"), ("team", "Teams"), ("model", "Models"), ("day", "Days"), ("api_key", "Keys"), ("source", "Purposes")];

    public static readonly IReadOnlyList<int> Spans = [7, 30, 90];

    public bool Narrowed => UserId is not null || TeamId is not null || Model is not null;

    public UsageReportGrouping Grouping => By switch
    {
        "team" => UsageReportGrouping.Team,
        "model" => UsageReportGrouping.Model,
        "day" => UsageReportGrouping.Day,
        "api_key" => UsageReportGrouping.ApiKey,
        "source" => UsageReportGrouping.Source,
        _ => UsageReportGrouping.User,
    };

    /// <summary>What an address cannot mean is left out, as if it had not been there.</summary>
    public static UsageFilter Read(string? by, string? days, string? user, string? team, string? model) => new(
        Groupings.Any(grouping => grouping.Value == by) ? by! : Groupings[0].Value,
        int.TryParse(days, CultureInfo.InvariantCulture, out var span) && Spans.Contains(span) ? span : 30,
        Guid.TryParse(user, out var userId) ? userId : null,
        Guid.TryParse(team, out var teamId) ? teamId : null,
        string.IsNullOrEmpty(model) ? null : model);

    public string Link(string? by = null, int? days = null) => (this with { By = by ?? By, Days = days ?? Days }).Address();

    public string Everybody() => (this with { UserId = null, TeamId = null, Model = null }).Address();

    /// <summary>Where a row leads: what that person, team or model used in detail; null when there is nothing finer.</summary>
    public string? Inside(UsageReportRow row) => row.Key.Length == 0 ? null : Grouping switch
    {
        UsageReportGrouping.User when Guid.TryParse(row.Key, out var id) => (this with { By = "model", UserId = id }).Address(),
        UsageReportGrouping.Team when Guid.TryParse(row.Key, out var id) => (this with { By = "user", TeamId = id }).Address(),
        UsageReportGrouping.Model => (this with { By = "user", Model = row.Key }).Address(),
        _ => null,
    };

    public string Csv(DateOnly from, DateOnly to) => $"/api/convo/admin/usage?format=csv&group_by={By}"
        + $"&from={from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}&to={to.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" + Narrow("user_id", "team_id");

    private string Address() => $"/admin/usage?by={By}&days={Days.ToString(CultureInfo.InvariantCulture)}" + Narrow("user", "team");

    private string Narrow(string user, string team) =>
        (UserId is { } userId ? $"&{user}={userId}" : "") + (TeamId is { } teamId ? $"&{team}={teamId}" : "") + (Model is { } model ? $"&model={Uri.EscapeDataString(model)}" : "");
}
