using Convo.Core.Shared;
using Microsoft.Extensions.Configuration;

namespace Convo.Data.Embedded;

/// <summary>Where Convo keeps its data. Without a URL the part is embedded below <see cref="DataDirectory"/>.</summary>
public sealed record ConvoDataOptions
{
    public const string DatabaseUrlKey = "DATABASE_URL";
    public const string RedisUrlKey = "REDIS_URL";
    public const string DataDirectoryKey = "CONVO_DATA_DIR";
    public const string RedisKeyPrefixKey = "Convo:RedisKeyPrefix";

    public string? DatabaseUrl { get; init; }

    public string? RedisUrl { get; init; }

    /// <summary>Absolute path.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Stands in front of every Redis key, so that several installations can share a server.</summary>
    public string RedisKeyPrefix { get; init; } = RedisKeys.DefaultPrefix;

    /// <summary>The embedded parts may lose everything at a power cut (tests only): no fsync.</summary>
    internal bool Disposable { get; init; }

    public static ConvoDataOptions FromConfiguration(IConfiguration configuration) => new()
    {
        DatabaseUrl = NullIfBlank(configuration[DatabaseUrlKey]),
        RedisUrl = NullIfBlank(configuration[RedisUrlKey]),
        DataDirectory = Path.GetFullPath(NullIfBlank(configuration[DataDirectoryKey]) ?? DefaultDirectory(configuration)),
        RedisKeyPrefix = configuration[RedisKeyPrefixKey] ?? RedisKeys.DefaultPrefix,
    };

    /// <summary><c>$XDG_DATA_HOME/convo</c>, else <c>~/.local/share/convo</c>.</summary>
    private static string DefaultDirectory(IConfiguration configuration)
    {
        // The XDG specification says to ignore a relative path.
        if (NullIfBlank(configuration["XDG_DATA_HOME"]) is { } dataHome && Path.IsPathRooted(dataHome))
        {
            return Path.Combine(dataHome, "convo");
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0
            ? Path.Combine(home, ".local", "share", "convo")
            : throw new ConvoStartupException($"This user has no home folder, so Convo cannot choose where to keep its data. Set {DataDirectoryKey} to a folder that it may write to.");
    }

    private static string? NullIfBlank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
