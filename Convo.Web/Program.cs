// The reading process is this program started again with one argument; nothing else may be built in it.
if (args is [Convo.Core.Knowledge.ExtractionChild.Command, ..])
{
    Environment.ExitCode = await Convo.Core.Knowledge.ExtractionChild.RunAsync(args, Console.OpenStandardInput(), Console.OpenStandardOutput());
    return;
}

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.Run();
