using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Core.Usage;

/// <summary>The dashboard and the alerts that are shipped ask for figures that there are: a name that was changed would leave them empty and silent.</summary>
public sealed partial class DashboardTests
{
    [Theory]
    [InlineData("grafana/convo.json")]
    [InlineData("alerts.yml")]
    public async Task Names_InWhatIsShipped_ArePublished(string file)
    {
        var published = await PublishedAsync();
        var text = await File.ReadAllTextAsync(Path.Combine(Folder(), file), TestContext.Current.CancellationToken);

        var asked = Name().Matches(text).Select(match => Suffix().Replace(match.Value, "")).Distinct().ToList();

        Assert.NotEmpty(asked);
        Assert.Equal([], asked.Where(name => !published.Contains(name)));
    }

    [Fact]
    public async Task Dashboard_Panels_HaveIdsAndQueriesAndDoNotOverlap()
    {
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder(), "grafana/convo.json"), TestContext.Current.CancellationToken));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();

        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(panel => (X(panel, "x"), X(panel, "y"))).Distinct().Count());
        Assert.All(panels.Where(panel => panel.GetProperty("type").GetString() != "row"), panel => Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray()));

        static int X(JsonElement panel, string name) => panel.GetProperty("gridPos").GetProperty(name).GetInt32();
    }

    private static async Task<HashSet<string>> PublishedAsync()
    {
        // A running Convo has made its meters; those of static classes are made by their first use.
        await ConvoApp.SharedAsync();
        RuntimeHelpers.RunClassConstructor(typeof(ConvoMetrics).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(KnowledgeMetrics).TypeHandle);
        var names = new HashSet<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => names.Add(instrument.Name) };
        listener.Start();
        return names;
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "deploy", "alerts.yml")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The folder deploy is not above the tests.");
        }

        return Path.Combine(folder.FullName, "deploy");
    }

    [GeneratedRegex(@"\bconvo_[a-z_]+", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.NonBacktracking)]
    private static partial Regex Suffix();
}
