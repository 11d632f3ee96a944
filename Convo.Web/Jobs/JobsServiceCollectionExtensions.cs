using Convo.Core.Knowledge;
using Microsoft.Extensions.Options;
using Quartz;

namespace Convo.Web.Jobs;

public static class JobsServiceCollectionExtensions
{
    private static readonly TimeSpan ReembeddingInterval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromMinutes(2);

    /// <summary>Background work on Quartz, stored in Convo's own database: every node takes part, and a dead node's jobs are taken up by the others.</summary>
    public static IServiceCollection AddConvoJobs(this IServiceCollection services)
    {
        services.AddSingleton<IIngestionQueue, QuartzIngestionQueue>();
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "convo";
                scheduler.GenerateInstanceId = true;
                scheduler.ShutdownJobInterruption = ShutdownJobInterruption.Always;
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(5);
            });
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(source => source.UseRegisteredDataSource = true);
                store.UseSystemTextJsonSerializer();
                store.UseClustering(cluster => cluster.CheckinInterval = TimeSpan.FromSeconds(10));
                store.ConfigureStore(options => options.StoreJobDataAsStrings = true);
            });
            quartz.UseDefaultThreadPool(16);
            quartz.UseExecutionLimits((provider, limits) =>
                limits.ForGroup(JobNames.IngestionGroup, provider.GetRequiredService<IOptions<IngestionOptions>>().Value.Parallelism));

            // Knowledge
            quartz.AddJob<IngestJob>(job => job.WithIdentity(JobNames.Ingest).StoreDurably());
            quartz.AddJob<IngestionSweepJob>(job => job.WithIdentity(JobNames.IngestionSweep).StoreDurably());
            quartz.AddTrigger<IngestionSweepJob>((provider, trigger) => trigger.WithIdentity("ingestion-sweep").ForJob(JobNames.IngestionSweep).WithPriority(10)
                .WithSimpleSchedule(provider.GetRequiredService<IOptions<IngestionOptions>>().Value.SweepInterval));
            quartz.AddJob<SearchMaintenanceJob>(job => job.WithIdentity(JobNames.SearchMaintenance).StoreDurably());
            quartz.AddTrigger<SearchMaintenanceJob>(trigger => trigger.WithIdentity("search-maintenance").ForJob(JobNames.SearchMaintenance)
                .WithSimpleSchedule(MaintenanceInterval));
            quartz.AddJob<ReembeddingJob>(job => job.WithIdentity(JobNames.Reembedding).StoreDurably());
            quartz.AddTrigger<ReembeddingJob>(trigger => trigger.WithIdentity("reembedding").ForJob(JobNames.Reembedding)
                .WithSimpleSchedule(ReembeddingInterval));

            // Accounts
            quartz.AddJob<RetentionJob>(job => job.WithIdentity(JobNames.Retention).StoreDurably());
            quartz.AddTrigger<RetentionJob>(trigger => trigger.WithIdentity("retention").ForJob(JobNames.Retention).WithSimpleSchedule(TimeSpan.FromHours(1)));
        });
        services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
        return services;
    }
}
