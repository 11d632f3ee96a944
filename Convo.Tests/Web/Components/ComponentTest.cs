using Bunit;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Turns;
using Convo.Core.Usage;
using Convo.Tests.Web.Components.Fakes;
using Convo.Web.Components.Chat;
using Convo.Web.Components.Chat.Markdown;
using Convo.Web.Components.Layout;
using Convo.Web.Components.Shared;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;

namespace Convo.Tests.Web.Components;

/// <summary>One signed-in person, services in memory, and a clock that only moves when a test moves it.</summary>
public abstract class ComponentTest : BunitContext
{
    private protected ComponentTest()
    {
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 14, 2, 0, TimeSpan.Zero));
        Conversations = new FakeConversations(Time);
        Turns = new FakeTurns(Conversations, Time);
        Knowledge = new FakeKnowledge(Time);
        Collections = new FakeCollections(Time);
        Usage = new FakeUsage(Time);
        var person = new Identity(Time.GetUtcNow() is var now ? Guid.CreateVersion7(now) : default, "person-1@example.org", "Sample Person", Role.Member, null, "stamp", null, ApiScopes.All, SessionId: Guid.CreateVersion7(now));
        Caller = person.ToCaller();

        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddLogging();
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton<IConversationService>(Conversations);
        Services.AddSingleton<ITurnService>(Turns);
        Services.AddSingleton<ITurnReader>(Turns);
        Services.AddSingleton<IModelCatalogue>(new FakeModels());
        Services.AddSingleton<IAttachmentService>(Knowledge);
        Services.AddSingleton<IRetrievalLog>(Knowledge);
        Services.AddSingleton<ICollectionService>(Collections);
        Services.AddSingleton<IRetrievalReplay>(Knowledge);
        Services.AddSingleton<IUsageReader>(Usage);
        Services.AddSingleton<IBudgetLimits>(Limits);
        Services.AddSingleton<LimitChanges>();
        Services.AddSingleton<IIdentityService>(new FakeIdentities(person));
        Services.AddSingleton<AuthenticationStateProvider>(new SignedIn(person));
        Services.AddSingleton<AntiforgeryStateProvider>(new FakeAntiforgery());
        Services.AddOptions<AttachmentOptions>();
        Services.AddOptions<TurnOptions>();
        Services.AddScoped<CallerProvider>();
        Services.AddScoped<CurrentPerson>();
        Services.AddScoped<BrowserTime>();
        Services.AddSingleton<Failures>();
        Services.AddSingleton<MarkdownService>();
        Services.AddScoped<ThreadShelf>();
        Services.AddScoped<BudgetWatch>();
        Services.AddScoped<ChatCommands>();
        Services.AddTransient<ChatSession>();
        Services.AddTransient<WatchedFiles>();
    }

    private protected FakeTimeProvider Time { get; }

    private protected FakeConversations Conversations { get; }

    private protected FakeTurns Turns { get; }

    private protected FakeKnowledge Knowledge { get; }

    private protected FakeCollections Collections { get; }

    private protected FakeUsage Usage { get; }

    private protected FakeLimits Limits { get; } = new();

    private protected Caller Caller { get; }

    private protected Message Answer(string content, MessageStatus status = MessageStatus.Complete, Func<Message, Message>? with = null)
    {
        var thread = Conversations.AddThread(Caller, "A chat");
        var question = Conversations.AddMessage(thread.Id, null, MessageRole.User, "A question", MessageStatus.Complete);
        return Conversations.Message(Conversations.AddMessage(thread.Id, question.Id, MessageRole.Assistant, content, status, with).Id);
    }
}
