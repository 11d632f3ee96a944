using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Tests.Fakes;
using Microsoft.Extensions.Options;
using Xunit;

namespace Convo.Tests.Core.Models;

/// <summary>What the switcher says when something is wrong, and that the other models go on.</summary>
public sealed class ModelHealthTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_WrongKey_IsSaidAndOthersGoOn()
    {
        await using var bad = await ProviderStub.StartAsync();
        await using var good = await ProviderStub.StartAsync();
        good.Models = ["other"];
        bad.ModelsReply = Replies.Error(401, """{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}""");
        await using var host = new ModelsHost(null, null, [.. ModelsHost.Address(bad), ("Convo:Providers:second:BaseUrl", good.BaseUrl.ToString()), ("Convo:Providers:second:Models", "other")]);

        await host.DiscoverAsync("openai", Token);
        await host.DiscoverAsync("second", Token);

        Assert.Equal(ProviderErrors.Auth, ProblemOf(host, "stub-model")?.Code);
        Assert.Contains("OPENAI_API_KEY", ProblemOf(host, "stub-model")!.Detail, StringComparison.Ordinal);
        Assert.Equal("second/other", host.Catalogue.Default.QualifiedId);
        Assert.Equal("You said: hi", (await Heard.FromAsync(host.Chat("second/other"), cancellationToken: Token)).Text);
    }

    [Fact]
    public async Task Check_WrongAddress_IsSaidUntilAnAnswerWorks()
    {
        var stub = await ProviderStub.StartAsync();
        var settings = ModelsHost.Address(stub);
        await stub.DisposeAsync();
        await using var host = new ModelsHost(null, null, [.. settings, ("CONVO_PROVIDER_MAX_ATTEMPTS", "1")]);

        await host.DiscoverAsync("openai", Token);
        Assert.Equal(ProviderErrors.Unreachable, ProblemOf(host, "stub-model")?.Code);

        host.Get<ModelHealth>().Worked(host.Catalogue.Find("stub-model")!);
        Assert.Null(ProblemOf(host, "stub-model"));
    }

    [Fact]
    public async Task Check_ModelVanishedFromTheList_IsSaidAndAliasesAreNot()
    {
        await using var stub = await ProviderStub.StartAsync();
        stub.Models = ["kept", "claude-haiku-4-5-20251001"];
        await using var host = new ModelsHost(null, null, ("OPENAI_BASE_URL", stub.BaseUrl.ToString()), ("OPENAI_MODELS", "gone,kept,claude-haiku-4-5"));

        await host.DiscoverAsync("openai", Token);

        Assert.Equal(ProviderErrors.ModelNotFound, ProblemOf(host, "gone")?.Code);
        Assert.Null(ProblemOf(host, "kept"));
        Assert.Null(ProblemOf(host, "claude-haiku-4-5"));
        Assert.Equal("kept", host.Catalogue.Default.Id);
    }

    [Fact]
    public async Task Check_ServerWithoutAList_IsNoTrouble()
    {
        await using var stub = await ProviderStub.StartAsync();
        stub.ModelsReply = Replies.Error(404, """{"detail":"Not Found"}""");
        await using var host = ModelsHost.At(stub);

        await host.DiscoverAsync("openai", Token);

        Assert.Null(ProblemOf(host, "stub-model"));
    }

    [Fact]
    public async Task Call_ModelNotFound_IsRememberedForThatModelOnly()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = ModelsHost.At(stub, ("OPENAI_MODELS", "gone,stub-model"));
        stub.Enqueue(Replies.Error(404, "model_not_found", "The model `gone` does not exist"));

        await Heard.FromAsync(host.Chat("gone"), cancellationToken: Token);

        Assert.Equal(ProviderErrors.ModelNotFound, ProblemOf(host, "gone")?.Code);
        Assert.Null(ProblemOf(host, "stub-model"));
    }

    [Theory]
    [InlineData("Convo:Providers:box:Protocol", "cohere", "cohere")]
    [InlineData("Convo:Providers:box:BaseUrl", "", "Convo:Providers:box:BaseUrl")]
    [InlineData("Convo:Providers:box:BaseUrl", "nonsense", "Convo:Providers:box:BaseUrl")]
    [InlineData("Convo:Providers:openai:BaseUrl", "http://127.0.0.1:9", "built-in")]
    public async Task Start_UnknownProviderOrAddress_NamesTheSettingAndWhatIsAllowed(string name, string value, string named)
    {
        await using var host = new ModelsHost(null, null, ("Convo:Providers:box:BaseUrl", "http://127.0.0.1:9/v1"), (name, value));

        var fault = Assert.Throws<OptionsValidationException>(() => host.Get<IOptions<ModelOptions>>().Value);

        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
        Assert.Contains("Allowed", fault.Message, StringComparison.Ordinal);
    }

    private static Problem? ProblemOf(ModelsHost host, string id) => host.Catalogue.ProblemOf(host.Catalogue.Find(id)!);
}

public sealed class ModelAdministrationTests
{
    private static readonly Caller Admin = new(TimeProvider.System.NewId(), Role.Admin);
    private static readonly Caller Member = new(TimeProvider.System.NewId(), Role.Member, TeamId: TimeProvider.System.NewId());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_PriceNameAndLimits_HoldAtOnceAndDeleteTakesThemBack()
    {
        await using var host = Host();
        var models = host.Get<IModelAdministration>();

        await models.PutAsync(Admin, "openai/gpt-4o", new ModelDraft("House model", ContextWindow: 64_000, InputPrice: 1, OutputPrice: 2, SupportsImages: false), Token);

        var changed = host.Catalogue.Find("gpt-4o")!;
        Assert.Equal(("House model", 64_000, new ModelPrices(1, 1, 2), false), (changed.Name, changed.ContextWindow, changed.Prices, changed.SupportsImages));
        Assert.Equal("model.changed", host.Store.Audit[^1].Action);

        await models.DeleteAsync(Admin, "openai/gpt-4o", Token);
        Assert.Equal(("GPT-4o", 128_000), (host.Catalogue.Find("gpt-4o")!.Name, host.Catalogue.Find("gpt-4o")!.ContextWindow));
    }

    [Fact]
    public async Task Put_Hidden_IsNotOfferedButKeepsItsPrice()
    {
        await using var host = Host();

        await host.Get<IModelAdministration>().PutAsync(Admin, "openai/gpt-4o", new ModelDraft(Hidden: true), Token);

        Assert.DoesNotContain(host.Catalogue.ListFor(Member), m => m.Id == "gpt-4o");
        Assert.Null(host.Catalogue.FindFor(Member, "gpt-4o"));
        Assert.NotNull(host.Catalogue.Find("gpt-4o")!.Prices);
    }

    [Fact]
    public async Task Put_ForATeam_IsForItsMembersOnly()
    {
        await using var host = Host();

        await host.Get<IModelAdministration>().PutAsync(Admin, "openai/gpt-4o", new ModelDraft(TeamIds: [Member.TeamId!.Value]), Token);

        Assert.NotNull(host.Catalogue.FindFor(Member, "gpt-4o"));
        Assert.Null(host.Catalogue.FindFor(Admin, "gpt-4o"));
        Assert.Null(host.Catalogue.FindFor(Member with { TeamId = null }, "gpt-4o"));
    }

    [Fact]
    public async Task Put_NewModel_IsAddedBeforeTheQuoterWithTheFamilysLimits()
    {
        await using var host = Host();

        var added = await host.Get<IModelAdministration>().PutAsync(Admin, "openai/gpt-4o-2031", new ModelDraft(), Token);

        Assert.Equal((128_000, true, true), (added.Model.ContextWindow, added.Override!.IsAdded, added.IsConnected));
        Assert.Equal(["openai/gpt-4o-2031", "quoter/quoter"], host.Catalogue.List().TakeLast(2).Select(m => m.QualifiedId));
    }

    [Fact]
    public async Task Put_ModelOfAProviderWithoutAKey_IsListedAndSaysSo()
    {
        await using var host = Host();

        await host.Get<IModelAdministration>().PutAsync(Admin, "anthropic/claude-opus-4-8", new ModelDraft(), Token);

        var model = host.Catalogue.Find("claude-opus-4-8")!;
        Assert.Equal(ProviderErrors.ModelNotFound, host.Catalogue.ProblemOf(model)?.Code);
        Assert.Equal(ProviderErrors.ModelNotFound, Assert.Throws<ProviderException>(() => host.Chat("claude-opus-4-8")).Code);
    }

    [Fact]
    public async Task Reorder_Some_StandFirstInThatOrder()
    {
        await using var host = Host();

        await host.Get<IModelAdministration>().ReorderAsync(Admin, ["quoter/quoter", "openai/gpt-4.1"], Token);

        Assert.Equal(["quoter/quoter", "openai/gpt-4.1"], host.Catalogue.List().Take(2).Select(m => m.QualifiedId));
        Assert.Equal("openai/gpt-4.1", host.Catalogue.Default.QualifiedId);
    }

    [Fact]
    public async Task Reorder_UnknownTwiceOrNothing_NamesTheField()
    {
        await using var host = Host();

        foreach (var ids in new string?[][] { ["nobody/nothing"], ["quoter/quoter", "quoter/quoter"], [null] })
        {
            Assert.Equal("ids", (await Assert.ThrowsAsync<ConvoException>(() => host.Get<IModelAdministration>().ReorderAsync(Admin, ids!, Token))).Field);
        }
    }

    [Fact]
    public async Task Put_Fallbacks_AreOnlyWhatThePersonMayUse()
    {
        await using var host = Host();
        var models = host.Get<IModelAdministration>();
        await models.PutAsync(Admin, "openai/gpt-4.1", new ModelDraft(UserIds: [Admin.UserId]), Token);
        await models.PutAsync(Admin, "openai/gpt-4o", new ModelDraft(Fallbacks: ["openai/gpt-4.1", "quoter/quoter"]), Token);
        var model = host.Catalogue.Find("gpt-4o")!;

        Assert.Equal(["openai/gpt-4.1", "quoter/quoter"], host.Catalogue.FallbacksFor(Admin, model).Select(m => m.QualifiedId));
        Assert.Equal(["quoter/quoter"], host.Catalogue.FallbacksFor(Member, model).Select(m => m.QualifiedId));
    }

    [Fact]
    public async Task List_EverythingHidden_IsTheQuoterAfterAll()
    {
        await using var host = new ModelsHost();

        await host.Get<IModelAdministration>().PutAsync(Admin, "quoter/quoter", new ModelDraft(Hidden: true), Token);

        Assert.Equal("quoter", Assert.Single(host.Catalogue.ListFor(Member)).Id);
        Assert.Equal("quoter", host.Catalogue.DefaultFor(Member).Id);
    }

    [Fact]
    public async Task Put_WhatCannotBeRight_NamesTheField()
    {
        await using var host = Host();
        var models = host.Get<IModelAdministration>();
        (string Id, ModelDraft Draft, string Field)[] wrong =
        [
            ("openai/gpt-4o", new(InputPrice: -1, OutputPrice: 1), "input_price"),
            ("openai/gpt-4o", new(InputPrice: 1), "output_price"),
            ("openai/gpt-4o", new(ContextWindow: 0), "context_window"),
            ("openai/gpt-4o", new(MaxOutputTokens: 999_999), "max_output_tokens"),
            ("openai/gpt-4o", new(Name: "  "), "name"),
            ("openai/gpt-4o", new(Fallbacks: ["openai/gpt-4o"]), "fallbacks"),
            ("openai/gpt-4o", new(Fallbacks: ["nobody/nothing"]), "fallbacks"),
            ("openai/gpt-4o", new(Everyone: true, UserIds: [TimeProvider.System.NewId()]), "everyone"),
            ("nobody/x", new(), "id"),
            ("no-slash", new(), "id"),
        ];

        foreach (var (id, draft, field) in wrong)
        {
            Assert.Equal(field, (await Assert.ThrowsAsync<ConvoException>(() => models.PutAsync(Admin, id, draft, Token))).Field);
        }
    }

    [Fact]
    public async Task Everything_ByAMember_IsForbidden()
    {
        await using var host = Host();
        var models = host.Get<IModelAdministration>();

        Assert.Equal(ProblemKind.Forbidden, Assert.Throws<ConvoException>(() => models.List(Member)).Kind);
        Assert.Equal(ProblemKind.Forbidden, (await Assert.ThrowsAsync<ConvoException>(() => models.PutAsync(Member, "openai/gpt-4o", new(), Token))).Kind);
        Assert.Equal(ProblemKind.Forbidden, (await Assert.ThrowsAsync<ConvoException>(() => models.DeleteAsync(Member, "openai/gpt-4o", Token))).Kind);
        Assert.Equal(ProblemKind.Forbidden, (await Assert.ThrowsAsync<ConvoException>(() => models.ReorderAsync(Member, [], Token))).Kind);
    }

    private static ModelsHost Host() => new(null, null, ("OPENAI_API_KEY", ModelsHost.Key));
}
