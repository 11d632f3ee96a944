using System.Security.Cryptography;
using System.Text;

namespace Convo.Core.Accounts;

/// <summary>Random credentials, and the hashes that are stored in their place.</summary>
internal static class Secrets
{
    public const string ApiKeyPrefix = "cv_";
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>43 characters of base 62: 256 bits.</summary>
    private const int Length = 43;

    public static string NewApiKey() => ApiKeyPrefix + NewToken();

    public static string NewToken() => RandomNumberGenerator.GetString(Base62, Length);

    /// <summary>A plain hash is enough for what has 256 random bits, and lets a key be found by an index.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
