using Bunit;
using Convo.Core.Accounts;
using Convo.Core.Conversations.Import;
using Convo.Core.Shared;
using Convo.Web.Components.Account;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Components.Account;

/// <summary>The import on the settings page.</summary>
public sealed class ImportChatsTests : ComponentTest
{
    private readonly FakeImport _import = new();

    public ImportChatsTests() => Services.AddSingleton<IThreadImport>(_import);

    [Fact]
    public async Task Choose_AFile_ShowsTheProgressThenWhatCameAndWhatDidNot()
    {
        var page = Render<ImportChats>();
        var choosing = Choose(page);
        page.WaitForAssertion(() => Assert.Contains("3 of 4 chats", page.Find("[role=status]").TextContent, StringComparison.Ordinal));
        Assert.NotNull(page.Find("input").GetAttribute("disabled"));

        var id = Guid.Parse("01a20502-51d9-7c10-b77f-d28ca0e2d3b4");
        _import.Answer.SetResult(new ImportReport([new ImportedItem("[0]", id, "<b>Trip</b>", 2, ["1 picture is not part of the export."])], [new SkippedItem("[1]", null, "empty", "It is empty.")]));

        page.WaitForAssertion(() => Assert.Equal("1 chat imported.", page.Find("[role=status]").TextContent));
        var link = page.Find("ul.done a");
        Assert.Equal(("<b>Trip</b>", $"/c/{id}"), (link.TextContent, link.GetAttribute("href")));
        Assert.Contains("2 messages. 1 picture is not part of the export.", page.Find("ul.done").TextContent, StringComparison.Ordinal);
        Assert.Contains("It is empty.", page.Find("details").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("progress"));
        await choosing;
    }

    [Fact]
    public async Task Choose_AFileThatIsNone_SaysWhyAndWhere()
    {
        var page = Render<ImportChats>();
        var choosing = Choose(page);
        _import.Answer.SetException(new ConvoException(ProblemKind.Invalid, "invalid_import", "It leads round in a circle.") { Field = "mapping.a.parent" });

        page.WaitForAssertion(() => Assert.Contains("It leads round in a circle. (mapping.a.parent)", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Null(page.Find("input").GetAttribute("disabled"));
        await choosing;
    }

    /// <summary>Ends with the import.</summary>
    private static Task Choose(IRenderedComponent<ImportChats> page) =>
        Task.Run(() => page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("[]", "conversations.json")), Xunit.TestContext.Current.CancellationToken);

    private sealed class FakeImport : IThreadImport
    {
        public TaskCompletionSource<ImportReport> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long MaxBytes => 1024 * 1024;

        public Task<ImportReport> ImportAsync(Caller caller, Stream json, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
        {
            progress!.Report(new ImportProgress(3, 4));
            return Answer.Task;
        }
    }
}
