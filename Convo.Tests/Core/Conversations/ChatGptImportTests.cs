using System.Text;
using System.Text.Json.Nodes;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Conversations.Import;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Tests.Web.Components.Fakes;
using Microsoft.Extensions.Options;

namespace Convo.Tests.Core.Conversations;

/// <summary>What becomes of the nodes of a ChatGPT export.</summary>
public sealed class ChatGptImportTests
{
    private readonly Store _store = new();
    private readonly Caller _caller = new(Guid.Parse("01a20502-51d9-7c10-b77f-d28ca0e2d3b4"), Role.Member);

    [Fact]
    public async Task Import_HiddenAndToolNodes_AreLeftOutAndTheirChildrenMoveUp()
    {
        var imported = await ImportOneAsync("q2", Root("root", "sys"),
            Node("sys", "root", "system", "You are ChatGPT", at: 1, hidden: true),
            Node("q1", "sys", "user", "Draw the numbers", at: 2),
            Node("call", "q1", "assistant", "plot()", at: 3, recipient: "python"),
            Node("result", "call", "tool", "42", at: 4),
            Node("thought", "result", "assistant", "Hm", at: 5, contentType: "thoughts"),
            Node("a1", "thought", "assistant", "It is 42.", at: 6, model: "gpt-4o"),
            Node("q2", "a1", "user", "Why?", at: 7));

        Assert.Equal(["Draw the numbers", "It is 42.", "Why?"], imported.Messages.Select(m => m.Content));
        Assert.Equal([null, imported.Messages[0].Id, imported.Messages[1].Id], imported.Messages.Select(m => m.ParentId));
        Assert.Equal([MessageRole.User, MessageRole.Assistant, MessageRole.User], imported.Messages.Select(m => m.Role));
        Assert.Equal("gpt-4o", imported.Messages[1].Model);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(6), imported.Messages[1].CreatedAt);
        Assert.Equal(imported.Messages[2].Id, imported.Thread.LeafId);
    }

    [Fact]
    public async Task Import_AnAnswerInPieces_IsOneMessageAndItsBranchesAreSiblings()
    {
        var imported = await ImportOneAsync("end2", Root("root", "q"),
            Node("q", "root", "user", "Look it up", at: 1, children: ["a"]),
            Node("a", "q", "assistant", "Let me look.", at: 2, children: ["t1", "t2"]),
            Node("t1", "a", "tool", "found", at: 3),
            Node("t2", "a", "tool", "found more", at: 5),
            Node("end1", "t1", "assistant", "One.", at: 4),
            Node("end2", "t2", "assistant", "Two.", at: 6));

        Assert.Equal(["Look it up", "Let me look.\n\nOne.", "Let me look.\n\nTwo."], imported.Messages.Select(m => m.Content));
        Assert.All(imported.Messages.Skip(1), m => Assert.Equal(imported.Messages[0].Id, m.ParentId));
        Assert.Equal(imported.Messages[2].Id, imported.Thread.LeafId);
    }

    [Fact]
    public async Task Import_EditsAndRegenerations_AreSiblingsInTheirOrder()
    {
        var imported = await ImportOneAsync("a2", Root("root", "q1", "q2"),
            Node("q1", "root", "user", "First wording", at: 10),
            Node("q2", "root", "user", "Second wording", at: 10),
            Node("a1", "q2", "assistant", "One", at: 12),
            Node("a2", "q2", "assistant", "Two", at: 12));

        var byTime = imported.Messages.OrderBy(m => m.CreatedAt).ThenBy(m => m.Id.ToString(), StringComparer.Ordinal).Select(m => m.Content);
        Assert.Equal(["First wording", "Second wording", "One", "Two"], byTime);
        Assert.Equal([null, null], imported.Messages.Where(m => m.Role == MessageRole.User).Select(m => m.ParentId));
        Assert.Single(imported.Messages.Where(m => m.Role == MessageRole.Assistant).Select(m => m.ParentId).Distinct());
    }

    [Fact]
    public async Task Import_PicturesAndMarks_BecomePlainTextAndANote()
    {
        var picture = new JsonObject { ["content_type"] = "image_asset_pointer", ["asset_pointer"] = "file-service://x" };
        var question = Node("q", "root", "user", "What is it?", at: 1);
        question["message"]!["content"] = new JsonObject { ["content_type"] = "multimodal_text", ["parts"] = new JsonArray(picture, "What is it?") };
        var report = await ImportAsync(File("a", Root("root", "q"), question, Node("a", "q", "assistant", "A cat\uE200cite\uE202turn0search1\uE201 <b>here</b>.", at: 2)));

        Assert.Equal(["[picture]\n\nWhat is it?", "A cat <b>here</b>."], _store.Stored[0].Messages.Select(m => m.Content));
        Assert.Equal(["1 picture is not part of the export."], report.Imported[0].Notes);
    }

    [Fact]
    public async Task Import_NodesWithoutTimes_TakeThatAboveThem()
    {
        var imported = await ImportOneAsync("a", Root("root", "q"), Node("q", "root", "user", "Hi", at: 1_700_000_000.123456), Node("a", "q", "assistant", "Hello", at: null));

        Assert.Equal(new DateTimeOffset(2023, 11, 14, 22, 13, 20, 123, 456, TimeSpan.Zero), imported.Messages[0].CreatedAt);
        Assert.Equal(imported.Messages[0].CreatedAt, imported.Messages[1].CreatedAt);
        Assert.True(string.CompareOrdinal(imported.Messages[0].Id.ToString(), imported.Messages[1].Id.ToString()) < 0);
    }

    [Fact]
    public async Task Import_TwentyThousandMessagesDeep_IsATreeAllTheWay()
    {
        var nodes = Enumerable.Range(1, 19_999).Select(i => Node($"n{i}", i == 1 ? "root" : $"n{i - 1}", i % 2 == 1 ? "user" : "assistant", $"Message {i}", at: i));

        var imported = await ImportOneAsync("n19999", [Root("root", "n1"), .. nodes]);

        Assert.Equal(19_999, imported.Messages.Count);
        Assert.Equal(imported.Messages[^2].Id, imported.Messages[^1].ParentId);
    }

    [Fact]
    public async Task Import_BranchesThatRepeatALongBeginning_AreRefusedBeforeTheyFillTheMemory()
    {
        var nodes = new List<JsonObject> { Root("root", "q"), Node("q", "root", "user", "Go", at: 1), Node("a", "q", "assistant", new string('x', 390_000), at: 2) };
        nodes.AddRange(Enumerable.Range(0, 1_000).Select(i => Node($"b{i}", "a", "assistant", "y", at: 3)));

        var e = await Assert.ThrowsAsync<ConvoException>(() => ImportAsync(File("q", [.. nodes])));

        Assert.Equal((ProblemKind.TooLarge, "too_large"), (e.Kind, e.Code));
        Assert.Empty(_store.Stored);
    }

    [Theory]
    [InlineData("circle", "invalid_import", "mapping.a.parent")]
    [InlineData("time", "invalid_import", "mapping.a.message.create_time")]
    [InlineData("text", "invalid_import", "mapping.a.content")]
    [InlineData("parts", "invalid_import", "mapping.a.message.content.parts")]
    [InlineData("empty", "empty", "messages")]
    public async Task Import_WhatCannotBe_NamesItsPlaceAndStoresNothing(string fault, string code, string place)
    {
        var answer = Node("a", fault == "circle" ? "b" : "root", fault == "empty" ? "tool" : "assistant", "Hi", at: 1);
        var also = Node("b", fault == "circle" ? "a" : "root", "tool", "Hi", at: 1);
        switch (fault)
        {
            case "time":
                answer["message"]!["create_time"] = "yesterday";
                break;
            case "text":
                answer["message"]!["content"]!["parts"] = new JsonArray("a\0b");
                break;
            case "parts":
                answer["message"]!["content"]!["parts"] = "Hi";
                break;
        }

        var alone = await Assert.ThrowsAsync<ConvoException>(() => ImportAsync(File("a", Root("root"), answer, also)));
        var good = File("q", Root("root", "q"), Node("q", "root", "user", "Fine", at: 1));
        var inList = await ImportAsync(new JsonArray(File("a", Root("root"), (JsonObject)answer.DeepClone(), (JsonObject)also.DeepClone()), good));

        Assert.Equal((code, place), (alone.Code, alone.Field));
        Assert.Equal(("[0]", code), (inList.Skipped[0].Position, inList.Skipped[0].Code));
        Assert.Contains(place, inList.Skipped[0].Detail, StringComparison.Ordinal);
        Assert.Equal("[1]", Assert.Single(inList.Imported).Position);
        Assert.Equal("Fine", Assert.Single(_store.Stored).Messages[0].Content);
    }

    private async Task<ImportedThread> ImportOneAsync(string current, params JsonObject[] nodes)
    {
        await ImportAsync(File(current, nodes));
        return Assert.Single(_store.Stored);
    }

    private Task<ImportReport> ImportAsync(JsonNode file)
    {
        var import = new ThreadImport(_store, new FakeModels(), Options.Create(new ImportOptions()), Options.Create(new TurnOptions()));
        return import.ImportAsync(_caller, new MemoryStream(Encoding.UTF8.GetBytes(file.ToJsonString())), null, TestContext.Current.CancellationToken);
    }

    private static JsonObject File(string current, params JsonObject[] nodes) => new()
    {
        ["title"] = "A chat",
        ["create_time"] = 1.5,
        ["update_time"] = 99.25,
        ["mapping"] = new JsonObject(nodes.Select(n => KeyValuePair.Create<string, JsonNode?>(n["id"]!.GetValue<string>(), n))),
        ["current_node"] = current,
        ["conversation_id"] = "c-" + current,
        ["is_archived"] = false,
    };

    private static JsonObject Root(string id, params string[] children) => new()
    {
        ["id"] = id,
        ["message"] = null,
        ["parent"] = null,
        ["children"] = new JsonArray([.. children.Select(c => JsonValue.Create(c))]),
    };

    private static JsonObject Node(
        string id, string parent, string role, string text, double? at, string[]? children = null, bool hidden = false, string recipient = "all",
        string contentType = "text", string? model = null) => new()
        {
            ["id"] = id,
            ["parent"] = parent,
            ["children"] = new JsonArray([.. (children ?? []).Select(c => JsonValue.Create(c))]),
            ["message"] = new JsonObject
            {
                ["id"] = id,
                ["author"] = new JsonObject { ["role"] = role, ["name"] = null },
                ["create_time"] = at,
                ["content"] = new JsonObject { ["content_type"] = contentType, ["parts"] = new JsonArray(text) },
                ["status"] = "finished_successfully",
                ["weight"] = 1.0,
                ["recipient"] = recipient,
                ["metadata"] = new JsonObject { ["model_slug"] = model, ["is_visually_hidden_from_conversation"] = hidden },
            },
        };

    private sealed class Store : IThreadImportStore
    {
        public List<ImportedThread> Stored { get; } = [];

        public Task<bool> InsertAsync(ImportedThread imported, CancellationToken cancellationToken)
        {
            Stored.Add(imported);
            return Task.FromResult(true);
        }
    }
}
