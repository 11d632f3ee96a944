using Bunit;
using Convo.Core.Usage;
using Convo.Tests.Web.Components.Fakes;
using Convo.Web.Components.Admin.Budgets;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Components.Admin;

public sealed class BudgetsPageTests : ComponentTest
{
    private readonly FakeBudgets _budgets = new();

    public BudgetsPageTests() => Services.AddSingleton<IBudgetAdministration>(_budgets);

    [Fact]
    public void Page_RowsWarningsAndChanges_AreInWords()
    {
        var (person, now) = (Guid.NewGuid(), Time.GetUtcNow());
        _budgets.Rows.Add(new(BudgetScope.User, null, null, BudgetWindow.Day, 200_000, null, 80, BudgetOrigin.Setting, null, null, null, null, now.AddHours(9), null, null));
        var own = new BudgetRow(
            BudgetScope.User, person, "Mara", BudgetWindow.Day, null, 2.5m, 60, BudgetOrigin.Own, new(200_000, null, BudgetOrigin.Setting), 150_000, 1m, BudgetLevel.Warn, now.AddHours(9), now, "Admin");
        _budgets.Rows.Add(own);
        _budgets.Near.Add(own);
        _budgets.Changes.Add(new(now, "Admin", BudgetScope.User, person, "Mara", BudgetWindow.Day, new(null, null, null), new(null, 2.5m, 60), "trial"));

        var view = Render<BudgetsPage>();

        var rows = view.FindAll("table")[0].QuerySelectorAll("tbody tr").Select(row => row.TextContent).ToList();
        Assert.Contains("Every person", rows[0], StringComparison.Ordinal);
        Assert.Contains("DAILY_TOKEN_BUDGET", rows[0], StringComparison.Ordinal);
        Assert.Contains("default: 200,000", rows[1], StringComparison.Ordinal);
        Assert.Contains("150,000 of 200,000 tokens · $1.00 of $2.50", rows[1], StringComparison.Ordinal);
        Assert.Contains("Mara", view.Find(".notice.warn").TextContent, StringComparison.Ordinal);
        Assert.Contains("past its soft limit", view.Find(".notice.warn").TextContent, StringComparison.Ordinal);
        var change = view.FindAll("table")[1].QuerySelector("tbody tr")!.TextContent;
        Assert.Contains("the default", change, StringComparison.Ordinal);
        Assert.Contains("trial", change, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_ABudgetForAPerson_StoresFiguresAndReason()
    {
        var mara = new BudgetHolder(Guid.NewGuid(), "Mara", "mara@example.org");
        _budgets.Holders.Add(mara);
        var view = Render<BudgetsPage>();

        await view.Find(".btn-primary").ClickAsync();
        await view.Find("#budget-holder").ChangeAsync(mara.Id.ToString());
        await view.Find("#budget-window").ChangeAsync("Month");
        await view.Find("#budget-tokens").ChangeAsync("1,500,000");
        await view.Find("#budget-dollars").ChangeAsync("12.50");
        await view.Find("#budget-reason").ChangeAsync("new project");
        await view.Find("form").SubmitAsync();

        Assert.Equal((new BudgetLimit(BudgetScope.User, mara.Id, BudgetWindow.Month, 1_500_000, 12.5m), "new project"), Assert.Single(Limits.Set));
        Assert.Empty(view.FindAll("form"));
    }

    [Theory]
    [InlineData("#budget-tokens", "many", "whole number")]
    [InlineData("#budget-tokens", "-5", "from 0")]
    [InlineData("#budget-dollars", "NaN", "US dollars")]
    [InlineData("#budget-warn", "120", "1 to 100")]
    public async Task Save_WhatIsNoFigure_SaysSoAtTheField(string field, string text, string said)
    {
        var view = Render<BudgetsPage>();

        await view.Find(".btn-primary").ClickAsync();
        await view.Find(field).ChangeAsync(text);
        await view.Find("form").SubmitAsync();

        Assert.Empty(Limits.Set);
        Assert.Contains(said, view.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal("true", view.Find(field).GetAttribute("aria-invalid"));
        Assert.Equal(text, view.Find(field).GetAttribute("value"));
    }
}
