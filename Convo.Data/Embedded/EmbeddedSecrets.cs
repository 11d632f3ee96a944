using System.Security.Cryptography;

namespace Convo.Data.Embedded;

/// <summary>What the embedded servers keep between starts. A port of 0 means none was chosen yet.</summary>
internal sealed record EmbeddedSecrets(int PostgresPort, string PostgresPassword, int GarnetPort, string GarnetPassword)
{
    public static EmbeddedSecrets Create() => new(0, Password(), 0, Password());

    /// <summary>160 random bits in characters that need no quoting in URLs, files and connection strings.</summary>
    private static string Password() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
}
