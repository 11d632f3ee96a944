using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Convo.Core.Knowledge;

/// <summary>How the reading process is started: which program, and with an environment that holds no secret.</summary>
internal static class ChildCommand
{
    private static readonly string[] Inherited =
        ["PATH", "HOME", "LD_LIBRARY_PATH", "SystemRoot", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "DOTNET_SYSTEM_GLOBALIZATION_APPLOCALICU"];

    public static ProcessStartInfo StartInfo(ExtractionOptions options)
    {
        var command = options.Command is { Count: > 0 } given ? given : Own();
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        SetEnvironment(start.Environment, options);
        return start;
    }

    private static IReadOnlyList<string> Own()
    {
        var program = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [program, Assembly.GetEntryAssembly()!.Location, ExtractionChild.Command]
            : [program, ExtractionChild.Command];
    }

    private static void SetEnvironment(IDictionary<string, string?> environment, ExtractionOptions options)
    {
        foreach (var name in environment.Keys.ToList())
        {
            if (!Inherited.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.StartsWith("DOTNET_ROOT", StringComparison.Ordinal))
                environment.Remove(name);
        }
        environment["DOTNET_GCHeapHardLimit"] = Hex(options.MaxMemoryBytes);
        // A short-lived process with one busy thread: no server heaps, no background collector, few collections.
        environment["DOTNET_gcServer"] = "0";
        environment["DOTNET_gcConcurrent"] = "0";
        environment["DOTNET_GCgen0size"] = Hex(Math.Min(options.MaxMemoryBytes / 8, 32L << 20));
        environment["DOTNET_TieredPGO"] = "0";
        environment["DOTNET_EnableDiagnostics"] = "0";
        environment["DOTNET_DbgEnableMiniDump"] = "0";
        // The runtime's double mapping of code needs a file, which the child may not write.
        environment["DOTNET_EnableWriteXorExecute"] = "0";
    }

    private static string Hex(long value) => value.ToString("X", CultureInfo.InvariantCulture);
}
