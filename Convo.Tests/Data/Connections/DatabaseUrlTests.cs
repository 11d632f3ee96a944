using Convo.Core.Shared;
using Convo.Data.Connections;
using Npgsql;

namespace Convo.Tests.Data.Connections;

public sealed class DatabaseUrlTests
{
    [Theory]
    [InlineData("postgresql://ann:s3cret@db.example:5433/convo", "db.example", 5433, "convo", "ann", "s3cret")]
    [InlineData("postgres://ann@db.example/convo", "db.example", 5432, "convo", "ann", null)]
    [InlineData("postgresql+asyncpg://ann:s3cret@db.example/convo", "db.example", 5432, "convo", "ann", "s3cret")]
    [InlineData("postgresql://a%40b:p%2Fq%3Ar%25@db.example/my%20db", "db.example", 5432, "my db", "a@b", "p/q:r%")]
    [InlineData("postgresql://ann:p@ss@db.example/convo", "db.example", 5432, "convo", "ann", "p@ss")]
    [InlineData("Host=db.example;Port=5433;Database=convo;Username=ann;Password='a;b'", "db.example", 5433, "convo", "ann", "a;b")]
    [InlineData("Server=db.example;User Id=ann;Database=convo", "db.example", 5432, "convo", "ann", null)]
    [InlineData(" postgresql://ann:s3cret@[::1]:5433/convo ", "[::1]", 5433, "convo", "ann", "s3cret")]
    public void Parse_RightValue_KeepsEveryPart(string text, string host, int port, string database, string user, string? password)
    {
        var read = new NpgsqlConnectionStringBuilder(DatabaseUrl.Parse(text));

        Assert.Equal((host, port, database, user, password), (read.Host, read.Port, read.Database, read.Username, read.Password));
    }

    [Fact]
    public void Parse_QueryOfAUrl_IsTranslated()
    {
        var read = new NpgsqlConnectionStringBuilder(DatabaseUrl.Parse(
            "postgresql://ann@db.example/convo?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=7&application_name=x"));

        Assert.Equal((SslMode.VerifyFull, "/etc/ca.pem", 7, "x"), (read.SslMode, read.RootCertificate, read.Timeout, read.ApplicationName));
    }

    [Fact]
    public void Parse_SeveralHosts_KeepsThemAll()
    {
        var read = new NpgsqlConnectionStringBuilder(DatabaseUrl.Parse("postgresql://ann@one:5432,two:5433/convo?target_session_attrs=read-write"));

        Assert.Equal(("one:5432,two:5433", "read-write"), (read.Host, read.TargetSessionAttributes));
    }

    [Theory]
    [InlineData("mysql://ann:s3cret@db.example/convo", "scheme 'mysql'")]
    [InlineData("postgresql://ann:s3cret@/convo", "no host")]
    [InlineData("postgresql://ann:s3cret@db.example", "no database")]
    [InlineData("postgresql://ann:s3cret@db.example:99999/convo", "'99999' is not a port")]
    [InlineData("postgresql://ann:s3cret@db.example/convo?sslmode=perhaps", "value of 'sslmode'")]
    [InlineData("postgresql://ann:s3cret@db.example/convo?connect_timeout=soon", "value of 'connect_timeout'")]
    [InlineData("Host=db.example;Database=convo;Password=a;s3cret=x", "does not know")]
    [InlineData("db.example s3cret", "neither a URL")]
    [InlineData("Host=db.example;Username=ann;Password=s3cret", "no database")]
    public void Parse_WrongValue_NamesKeyFaultAndChoicesButNoSecret(string text, string fault)
    {
        var failure = Assert.Throws<ConvoStartupException>(() => DatabaseUrl.Parse(text));

        Assert.Contains("DATABASE_URL", failure.Message, StringComparison.Ordinal);
        Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Allowed: postgresql://", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }
}
