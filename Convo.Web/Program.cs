using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Turns;
using Convo.Data;
using Convo.Data.Accounts;
using Convo.Data.Conversations;
using Convo.Data.Embedded;
using Convo.Data.Health;
using Convo.Data.Migrations;
using Convo.Data.Turns;
using Convo.Web.Endpoints;
using Convo.Web.Hosting;

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
    builder.Services.AddConvoAccountsData().AddConvoConversationsData().AddConvoTurnsData();

    // What Convo does
    builder.Services.AddConvoAccounts();
    builder.Services.AddConvoConversations();
    builder.Services.AddConvoTurns(builder.Configuration, soleNode: storage.DatabaseUrl is null);

    // The host
    builder.Services.AddConvoApi();
    builder.AddConvoHosting(keyFolder: storage.DatabaseUrl is null ? Path.Combine(storage.DataDirectory, "keys") : null);

    await using var app = builder.Build();
    if (args is ["setup-link", ..])
    {
        await SetupLink.PrintAsync(app.Services);
        return;
    }

    app.UseConvoHosting();

    // The API
    app.MapConvoHosting();
    app.MapConvoApi();

    await app.RunAsync();
});
