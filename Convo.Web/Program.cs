using Convo.Core.Accounts;
using Convo.Data;
using Convo.Data.Accounts;
using Convo.Data.Embedded;
using Convo.Data.Health;
using Convo.Data.Migrations;
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
    builder.Services.AddConvoData(servers.DatabaseConnectionString, servers.RedisConnectionString, storage.RedisKeyPrefix);
    builder.Services.AddConvoHealthData();
    builder.Services.AddConvoAccountsData();

    // What Convo does
    builder.Services.AddConvoAccounts();

    // The host
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
    app.MapAccountFormEndpoints();
    app.MapAccountEndpoints();
    app.MapApiKeyEndpoints();
    app.MapAdminEndpoints();

    await app.RunAsync();
});
