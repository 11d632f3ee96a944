using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Convo.Tests.Core.Knowledge.Search;

public sealed class QuestionRewriterTests
{
    private static readonly ModelInfo Model = new("scripted", "test", "Scripted", 32_000, 4_096, new ModelPrices(1, 0, 2));
    private static readonly ModelInfo Quoter = Model with { Provider = "quoter" };

    private readonly OpenGate _budget = new();
    private readonly Ledger _ledger = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("And for managers?", true)]
    [InlineData("What does it cost?", true)]
    [InlineData("Gilt das auch für Teilzeit?", true)]
    [InlineData("Why?", true)]
    [InlineData("Which documents does the harbour master check before a ship leaves port?", false)]
    [InlineData("Welche Fristen gelten für Kündigungen in der Probezeit?", false)]
    public void LeansOnContext_OfAQuestion_SeesWhetherItStandsAlone(string question, bool leans) => Assert.Equal(leans, FollowUp.LeansOnContext(question));

    [Fact]
    public async Task Rewrite_OfAFollowUp_AsksTheModelAndBillsItAsRewrite()
    {
        var client = new ScriptedChatClient(["\"What is the travel allowance ", "for managers?\"\nBecause", ScriptedChatClient.Usage(91, 9), ScriptedChatClient.End()]);

        var question = await Rewriter(client).RewriteAsync(Ask(Model, "What is the travel allowance for staff?", "And for managers?"), Token);

        Assert.Equal("What is the travel allowance for managers?", question);
        var entry = Assert.Single(_ledger.Entries);
        Assert.Equal((UsageSource.Rewrite, 91, 9, false), (entry.Source, entry.InputTokens, entry.OutputTokens, entry.Estimated));
        Assert.Equal(entry.TurnId, Assert.Single(_budget.Holds).TurnId);
        Assert.Empty(_budget.Released);
    }

    [Fact]
    public async Task Rewrite_OfAQuestionThatStandsAlone_CallsNobody()
    {
        var client = new ScriptedChatClient(["never"]);

        var question = await Rewriter(client).RewriteAsync(Ask(Model, "What is the travel allowance?", "Which documents does the harbour master check?"), Token);

        Assert.Equal(("Which documents does the harbour master check?", 0), (question, client.Calls));
    }

    [Fact]
    public async Task Rewrite_OfTheFirstQuestion_CallsNobody()
    {
        var client = new ScriptedChatClient(["never"]);

        Assert.Equal("Why?", await Rewriter(client).RewriteAsync(Ask(Model, "Why?"), Token));
        Assert.Equal(0, client.Calls);
    }

    [Fact]
    public async Task Rewrite_WithTheQuoter_AddsTheWordsOfTheQuestionBefore()
    {
        var client = new ScriptedChatClient(["never"]);

        var question = await Rewriter(client).RewriteAsync(Ask(Quoter, "What is the travel allowance?", "And for managers?"), Token);

        Assert.Equal(("What is the travel allowance?\nAnd for managers?", 0), (question, client.Calls));
    }

    [Fact]
    public async Task Rewrite_WhenTheProviderFails_FallsBackToTheRuleAndGivesTheHoldBack()
    {
        var client = new ScriptedChatClient([new ProviderException(ProviderErrors.Auth, "The key is wrong.")]);

        var question = await Rewriter(client).RewriteAsync(Ask(Model, "What is the travel allowance?", "And for managers?"), Token);

        Assert.Equal("What is the travel allowance?\nAnd for managers?", question);
        Assert.Equal(Assert.Single(_budget.Holds).TurnId, Assert.Single(_budget.Released));
        Assert.Empty(_ledger.Entries);
    }

    [Fact]
    public async Task Rewrite_WhenTheBudgetIsSpent_AsksNoProvider()
    {
        _budget.Refusal = new ConvoException(ProblemKind.LimitReached, "budget_exceeded", "Spent.");
        var client = new ScriptedChatClient(["never"]);

        Assert.Contains("allowance", await Rewriter(client).RewriteAsync(Ask(Model, "What is the travel allowance?", "And for managers?"), Token), StringComparison.Ordinal);
        Assert.Equal(0, client.Calls);
    }

    private QuestionRewriter Rewriter(IChatClient client) => new(
        new ModelRewriter(new OneClient(client), _budget, _ledger, new ScriptedModel(), TimeProvider.System),
        Options.Create(new SearchOptions()), NullLogger<QuestionRewriter>.Instance);

    private static FollowUpQuestion Ask(ModelInfo model, params string[] questions)
    {
        var path = new List<Message>();
        foreach (var question in questions)
        {
            path.Add(Say(MessageRole.User, question));
            path.Add(Say(MessageRole.Assistant, "An answer."));
        }

        path.RemoveAt(path.Count - 1);
        return new FollowUpQuestion(new Caller(TimeProvider.System.NewId(), Role.Member), TimeProvider.System.NewId(), TimeProvider.System.NewId(), model, path);
    }

    private static Message Say(MessageRole role, string text) => new()
    {
        Id = TimeProvider.System.NewId(), ThreadId = Guid.Empty, Role = role, Content = text, Status = MessageStatus.Complete, CreatedAt = TimeProvider.System.GetUtcNow(),
    };

    private sealed class OneClient(IChatClient client) : IChatClients
    {
        public IChatClient For(ModelInfo model) => client;
    }

    private sealed class Ledger : IUsageRecorder
    {
        public List<LedgerEntry> Entries { get; } = [];

        public Task RecordAsync(LedgerEntry entry, CancellationToken cancellationToken)
        {
            Entries.Add(entry);
            return Task.CompletedTask;
        }
    }
}
