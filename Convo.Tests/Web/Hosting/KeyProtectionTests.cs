using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Convo.Core.Shared;
using Convo.Tests.Fixtures;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Hosting;

/// <summary>A copy of the database must not be enough to sign in as anyone.</summary>
public sealed class KeyProtectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StoredKeys_ByDefault_AreEncryptedAndReadByAnotherNode()
    {
        await using var app = await ConvoApp.StartAsync();
        var sealedText = app.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Protect("hello");

        var stored = await app.Database.Db.QueryAsync<string>("SELECT xml FROM data_protection_keys", null, Token);

        Assert.NotEmpty(stored);
        Assert.All(stored, xml =>
        {
            Assert.DoesNotContain("masterKey", xml, StringComparison.Ordinal);
            Assert.Contains("encryptedSecret", xml, StringComparison.Ordinal);
        });
        Assert.NotEmpty(sealedText);
    }

    [Fact]
    public void Secret_EncryptsAndDecrypts_AndAnotherOneDoesNot()
    {
        var element = new XElement("key", "the master key");

        var sealedKey = new SecretXmlEncryptor(new KeySecret("one secret of at least thirty-two characters")).Encrypt(element);

        Assert.Equal(typeof(SecretXmlDecryptor), sealedKey.DecryptorType);
        Assert.DoesNotContain("master", sealedKey.EncryptedElement.ToString(), StringComparison.Ordinal);
        Assert.Equal(element.ToString(), Decryptor("one secret of at least thirty-two characters").Decrypt(sealedKey.EncryptedElement).ToString());
        Assert.ThrowsAny<CryptographicException>(() => Decryptor("another secret of at least thirty-two chars").Decrypt(sealedKey.EncryptedElement));
    }

    [Theory]
    [InlineData(KeyProtection.SecretKey, "short")]
    [InlineData(KeyProtection.CertificateKey, "/nowhere/at/all.pfx")]
    public void Setting_ThatCannotBeRight_StopsTheStartByName(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();

        var fault = Assert.Throws<ConvoStartupException>(() => KeyProtection.Protect(new ServiceCollection().AddDataProtection(), configuration, null));

        Assert.Contains(key, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("short", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_EncryptsTheStoredKeys()
    {
        using var rsa = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=convo", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}.pfx");
        await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pkcs12, "pass"), Token);
        try
        {
            await using var app = await ConvoApp.StartAsync(new()
            {
                Settings = new() { [KeyProtection.CertificateKey] = path, [KeyProtection.CertificatePasswordKey] = "pass" },
            });
            var user = await app.CreateUserAsync();
            using var browser = await app.SignInBrowserClientAsync(user);

            var xml = Assert.Single(await app.Database.Db.QueryAsync<string>("SELECT xml FROM data_protection_keys", null, Token));
            Assert.Contains("EncryptedData", xml, StringComparison.Ordinal);
            Assert.DoesNotContain("masterKey", xml, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static SecretXmlDecryptor Decryptor(string secret) => new(new ServiceCollection().AddSingleton(new KeySecret(secret)).BuildServiceProvider());
}
