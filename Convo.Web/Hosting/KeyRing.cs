using System.Xml.Linq;
using Convo.Core.Accounts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace Convo.Web.Hosting;

/// <summary>
/// The keys that sign cookies. Without them every restart would sign everybody out, and two nodes would not know each other's cookies.
/// </summary>
public static class KeyRing
{
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">Says how the keys are protected: <see cref="KeyProtection"/>.</param>
    /// <param name="databaseConnection">Of the shared database; its password protects the keys when nothing else does.</param>
    /// <param name="folder">Beside the embedded database; null when the database is shared, which then keeps the keys for all nodes.</param>
    public static IServiceCollection AddConvoKeyRing(
        this IServiceCollection services, IConfiguration configuration, string? folder, string? databaseConnection)
    {
        var protection = services.AddDataProtection().SetApplicationName("convo");
        KeyProtection.Protect(protection, configuration, folder is null ? databaseConnection : null);
        if (folder is null)
        {
            services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(
                options => options.XmlRepository = new StoredKeys(provider.GetRequiredService<IKeyRingStore>())));
            return services;
        }

        // For this user alone: whoever reads a key can sign in as anyone.
        var directory = OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(folder)
            : Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        protection.PersistKeysToFileSystem(directory);
        return services;
    }

    private sealed class StoredKeys(IKeyRingStore store) : IXmlRepository
    {
        // The interface is synchronous. It is asked once a day and holds no lock that the store could need.
        public IReadOnlyCollection<XElement> GetAllElements() =>
            [.. store.ListAsync(CancellationToken.None).GetAwaiter().GetResult().Select(xml => XElement.Parse(xml))];

        public void StoreElement(XElement element, string friendlyName) =>
            store.AddAsync(friendlyName, element.ToString(SaveOptions.DisableFormatting), CancellationToken.None).GetAwaiter().GetResult();
    }
}
