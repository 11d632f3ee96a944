namespace Convo.Tests.Core.Models;

/// <summary>The optional folder <c>shared/data</c> beside the checkout.</summary>
internal static class SharedData
{
    public static string? Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", path);
            if (Path.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
