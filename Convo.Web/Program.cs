using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Turns;
using Convo.Core.Turns.Completions;
using Convo.Core.Usage;
using Convo.Data;
using Convo.Data.Accounts;
using Convo.Data.Conversations;
using Convo.Data.Embedded;
using Convo.Data.Health;
using Convo.Data.Knowledge;
using Convo.Data.Migrations;
using Convo.Data.Models;
using Convo.Data.Turns;
using Convo.Data.Usage;
using Convo.Web.Components;
using Convo.Web.Endpoints;
using Convo.Web.Hosting;
using Convo.Web.Jobs;

// A document is read in a process of its own, which is this program again: it must not start anything else.
if (args is ["extract", ..])
{
    return await ExtractionChild.RunAsync(args, Console.OpenStandardInput(), Console.OpenStandardOutput());
}

return await StartupFaults.ReportAsync(async () =>
{
    var builder = WebApplication.CreateBuilder(args);

    // Storage: the servers of the settings, or Convo's own; it stops after everything that uses it
    using var starting = LoggerFactory.Create(logging => logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddSimpleConsole());
    var storage = ConvoDataOptions.FromConfiguration(builder.Configuration);
    await using var servers = await EmbeddedServices.StartAsync(storage, starting, CancellationToken.None);
    await Migrator.RunAsync(servers.DatabaseConnectionString, starting, CancellationToken.None);
    if (args is ["migrate", ..])
    {
        return;
    }

    builder.Services.AddConvoData(servers.DatabaseConnectionString, servers.RedisConnectionString, storage.RedisKeyPrefix);
    builder.Services.AddConvoHealthData();
    builder.Services.AddConvoAccountsData();
    builder.Services.AddConvoConversationsData();
    builder.Services.AddConvoTurnsData();
    builder.Services.AddConvoModelsData();
    builder.Services.AddConvoKnowledgeData();
    builder.Services.AddConvoUsageData(servers.DatabaseConnectionString);

    // What Convo does
    builder.Services.AddConvoAccounts();
    builder.Services.AddConvoConversations();
    builder.Services.AddConvoModels(builder.Configuration);
    builder.Services.AddConvoKnowledge(builder.Configuration);
    builder.Services.AddConvoUsage(builder.Configuration);
    builder.Services.AddConvoTurns(builder.Configuration, soleNode: storage.DatabaseUrl is null);
    builder.Services.AddConvoCompletions();

    // The host
    builder.Services.AddConvoJobs();
    builder.Services.AddConvoApi();
    builder.Services.AddConvoComponents();
    // The build's output is run as it is (scripts/run.sh), not only a published folder.
    builder.WebHost.UseStaticWebAssets();
    builder.AddConvoHosting(keyFolder: storage.DatabaseUrl is null ? Path.Combine(storage.DataDirectory, "keys") : null, servers.DatabaseConnectionString);

    await using var app = builder.Build();
    if (args is ["setup-link", ..])
    {
        await SetupLink.PrintAsync(app.Services);
        return;
    }

    app.UseConvoHosting();
    app.MapConvoHosting();
    app.MapConvoApi();
    app.MapConvoComponents();

    await app.RunAsync();
});
