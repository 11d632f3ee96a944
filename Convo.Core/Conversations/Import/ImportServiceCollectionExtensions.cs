using Microsoft.Extensions.DependencyInjection;

namespace Convo.Core.Conversations.Import;

internal static class ImportServiceCollectionExtensions
{
    public static IServiceCollection AddThreadImport(this IServiceCollection services)
    {
        services.AddOptions<ImportOptions>().BindConfiguration(ImportOptions.Section)
            .Validate(
                o => o is { MaxBytes: > 0 and <= 1024 * 1024 * 1024, MaxMessagesPerThread: > 0, MaxParallel: > 0 },
                "Convo:Import:MaxBytes must be 1 to 1073741824, MaxMessagesPerThread and MaxParallel at least 1.")
            .ValidateOnStart();
        return services.AddSingleton<IThreadImport, ThreadImport>();
    }
}
