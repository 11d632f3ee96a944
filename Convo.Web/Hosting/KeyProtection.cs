using System.Data.Common;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Convo.Core.Shared;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;

namespace Convo.Web.Hosting;

/// <summary>
/// Encrypts the keys that sign cookies before they are stored, so that a copy of the database is not enough to sign in as anyone:
/// with a certificate, else with a secret of the settings, else with what the database's own password gives (docs/adr/0010).
/// </summary>
internal static class KeyProtection
{
    public const string CertificateKey = "CONVO_KEY_CERTIFICATE";
    public const string CertificatePasswordKey = "CONVO_KEY_CERTIFICATE_PASSWORD";
    public const string SecretKey = "CONVO_KEY_SECRET";
    public const int MinSecretLength = 32;

    /// <exception cref="ConvoStartupException">The certificate cannot be used, or the secret is too short.</exception>
    public static void Protect(IDataProtectionBuilder protection, IConfiguration configuration, string? databaseConnection)
    {
        if (configuration[CertificateKey] is { Length: > 0 } path)
        {
            protection.ProtectKeysWithCertificate(Load(path, configuration[CertificatePasswordKey]));
            return;
        }

        var secret = configuration[SecretKey] is { Length: > 0 } set ? Check(set) : PasswordIn(databaseConnection);
        if (secret is not null)
        {
            protection.Services.AddSingleton(new KeySecret(secret));
            protection.Services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(
                options => options.XmlEncryptor = new SecretXmlEncryptor(provider.GetRequiredService<KeySecret>())));
        }
    }

    private static string Check(string secret) => secret.Trim() is { Length: >= MinSecretLength } enough
        ? enough
        : throw new ConvoStartupException($"{SecretKey} has {secret.Trim().Length} characters; at least {MinSecretLength} random ones are needed, the same on every node.");

    private static string? PasswordIn(string? connection) =>
        connection is not null && new DbConnectionStringBuilder { ConnectionString = connection }.TryGetValue("Password", out var password) && password is string { Length: > 0 } text
            ? text
            : null;

    private static X509Certificate2 Load(string path, string? password)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(path, password);
            return certificate.HasPrivateKey
                ? certificate
                : throw new ConvoStartupException($"{CertificateKey} names a certificate without its private key. Export it with the key, as a .pfx file.");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ConvoStartupException($"{CertificateKey} cannot be used: {e.Message} A .pfx file with its private key is needed, and its password in {CertificatePasswordKey}.", e);
        }
    }
}

/// <summary>What keys are encrypted with.</summary>
internal sealed record KeySecret(string Text)
{
    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA512: a database password may be one that a person thought of.</summary>
    private const int Iterations = 210_000;

    public byte[] Derive(byte[] salt) => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Text), salt, Iterations, HashAlgorithmName.SHA512, 32);
}

/// <summary>AES-256-GCM with a salt and a nonce for each key.</summary>
internal sealed class SecretXmlEncryptor(KeySecret secret) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var cipher = new byte[plain.Length];
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        using var aes = new AesGcm(secret.Derive(salt), tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        CryptographicOperations.ZeroMemory(plain);
        return new EncryptedXmlInfo(
            new XElement(
                "protected", new XAttribute("salt", Convert.ToBase64String(salt)), new XAttribute("nonce", Convert.ToBase64String(nonce)),
                new XAttribute("tag", Convert.ToBase64String(tag)), Convert.ToBase64String(cipher)),
            typeof(SecretXmlDecryptor));
    }
}

/// <summary>Its name is stored with each key, so it never changes.</summary>
internal sealed class SecretXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var secret = services.GetService<KeySecret>() ?? throw new CryptographicException($"This key was stored with a secret; set {KeyProtection.SecretKey} as it was.");
        var tag = Bytes(encryptedElement, "tag");
        var cipher = Convert.FromBase64String(encryptedElement.Value);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(secret.Derive(Bytes(encryptedElement, "salt")), tag.Length);
        aes.Decrypt(Bytes(encryptedElement, "nonce"), cipher, tag, plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }

    private static byte[] Bytes(XElement element, string name) => Convert.FromBase64String(element.Attribute(name)!.Value);
}
