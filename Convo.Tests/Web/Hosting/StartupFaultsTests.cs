using System.Diagnostics;
using Convo.Core.Shared;
using Convo.Web.Hosting;
using Microsoft.Extensions.Options;

namespace Convo.Tests.Web.Hosting;

public sealed class StartupFaultsTests
{
    [Fact]
    public void CheckRuntime_BelowTheFloor_IsRefused()
    {
        StartupFaults.CheckRuntime(new Version(10, 0, 9));
        StartupFaults.CheckRuntime(new Version(11, 0, 0));

        Assert.Throws<ConvoStartupException>(() => StartupFaults.CheckRuntime(new Version(10, 0, 8)));
    }

    [Fact]
    public void Explain_SeveralWrongSettings_NamesThemAll()
    {
        var message = StartupFaults.Explain(new AggregateException(
            new OptionsValidationException("", typeof(string), ["A is wrong.", "B is wrong."]), new OptionsValidationException("", typeof(int), ["C is wrong."])));

        Assert.Equal("3 settings are wrong:\n- A is wrong.\n- B is wrong.\n- C is wrong.", message);
    }

    [Fact]
    public void Explain_Surprise_KeepsItsStackTrace() => Assert.Null(StartupFaults.Explain(new InvalidOperationException("surprise")));

    [Fact]
    public async Task Process_WrongSetting_PrintsOneMessageAndExitsWith1()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["DATABASE_URL"] = "mysql://user:hidden-password@localhost/convo" },
        };

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("Convo cannot start. DATABASE_URL", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.DoesNotContain("hidden-password", error + await output, StringComparison.Ordinal);
    }
}
