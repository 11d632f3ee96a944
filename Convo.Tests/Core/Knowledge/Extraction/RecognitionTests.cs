using Convo.Core.Knowledge;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;

namespace Convo.Tests.Core.Knowledge.Extraction;

public sealed class RecognitionTests
{
    [Fact]
    public async Task Extract_ScannedPages_AreRecognisedAmongTheOthers()
    {
        Assert.SkipWhen(OcrPrograms.Tesseract is null || OcrPrograms.Renderer is null, "tesseract and pdftoppm are not installed.");
        var document = await Recognizing().ReadAsync(Scans(["/F1 20 Tf 20 700 Td (Typed page) Tj", "", "SCAN"]), "scan.pdf");

        Assert.Equal(["1 Typed page", "3 TAX FILE 4711"], document.Blocks.Select(block => $"{block.Page} {block.Text}"));
        Assert.Equal(3, document.Pages);
    }

    [Fact]
    public async Task Extract_NothingRecognised_SaysThatItWasTried()
    {
        Assert.SkipWhen(OcrPrograms.Tesseract is null || OcrPrograms.Renderer is null, "tesseract and pdftoppm are not installed.");
        var failure = await Recognizing().FailsAsync(Scans([""]), "blank.pdf");
        Assert.Equal((ExtractionCodes.NoText, ExtractionReasons.NoTextRecognized), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task Extract_SwitchedOff_IsNotTried()
    {
        var failure = await Recognizing(options => options.Ocr = false).FailsAsync(Scans(["SCAN"]), "scan.pdf");
        Assert.Equal(ExtractionCodes.NoText, failure.Code);
        Assert.Equal([1], failure.TextlessPages);
    }

    [Fact]
    public async Task Extract_TimeIsUp_KeepsWhatThereIsAndSaysSo()
    {
        Assert.SkipWhen(OcrPrograms.Tesseract is null || OcrPrograms.Renderer is null, "tesseract and pdftoppm are not installed.");
        // Each look at the clock is six minutes later: reading has used up the time of the file before its pictures are turned to.
        var late = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMinutes(6) };
        var document = await Recognizing(time: late).ReadAsync(Scans(["/F1 20 Tf 20 700 Td (Typed page) Tj", "SCAN"]), "scan.pdf");
        Assert.Equal("Typed page", document.Blocks[0].Text);
        Assert.Contains("pictures whose text is missing", document.Blocks[1].Text, StringComparison.Ordinal);

        var failure = await Recognizing(time: late).FailsAsync(Scans(["SCAN"]), "scan.pdf");
        Assert.Equal(ExtractionCodes.Timeout, failure.Code);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Recognize_ProgramTurnsHostile_ReachesNeitherNetworkNorDisk()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The sandbox is made of Linux's means.");
        var folder = Directory.CreateTempSubdirectory("convo-hostile-");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var (program, loot, ran) = (Path.Combine(folder.FullName, "program"), Path.Combine(folder.FullName, "loot"), false);
        await File.WriteAllTextAsync(program, $"#!/bin/bash\ntrap '' XFSZ\n(echo x > /dev/tcp/127.0.0.1/{((IPEndPoint)listener.LocalEndpoint).Port}) 2>/dev/null\n(echo x > '{loot}') 2>/dev/null\nprintf 'P5\\n1 1\\n255\\n\\000'\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var child = new ChildProcessExtractor(Options.Create(new ExtractionOptions { Command = Child.RealCommand }), TimeProvider.System, NullLogger<ChildProcessExtractor>.Instance);
        var job = new ChildJob("a.pdf", 1, ReaderLimits.From(new ExtractionOptions()), new RecognitionJob(program, program, "eng", [1]));
        var answer = new ChildAnswer(new ExtractionOptions(), new Report(_ => ran = true));

        await Assert.ThrowsAsync<ExtractionException>(() => child.RunAsync(job, new MemoryStream([1]), TimeSpan.FromSeconds(60), answer, TestContext.Current.CancellationToken));

        Assert.True(ran, "The program's picture was not taken, so nothing was shown.");
        Assert.False(listener.Pending());
        Assert.True(!File.Exists(loot) || new FileInfo(loot).Length == 0);
        folder.Delete(recursive: true);
    }

    private sealed class Report(Action<ExtractionProgress> done) : IProgress<ExtractionProgress>
    {
        void IProgress<ExtractionProgress>.Report(ExtractionProgress value) => done(value);
    }

    [Fact]
    public void Ranges_Pages_AreRunsThatFollowEachOther() => Assert.Equal([(1, 3), (5, 5), (7, 8)], Recognizer.Ranges([1, 2, 3, 5, 7, 8]));

    [Fact]
    public void Read_Pictures_AreCutFromTheStreamUntilOneIsNone()
    {
        using var stream = new MemoryStream(Encoding.Latin1.GetBytes("P5\n2 1\n255\n\u00FF\u0000P5\n1 1\n255\n\u0000P5\n99999999 99999999\n255\n"));
        Assert.Equal(2, GrayImage.Read(stream)!.Dots.Length);
        Assert.True(GrayImage.Read(stream)!.IsBlank);
        Assert.Null(GrayImage.Read(stream));
    }

    internal static RecognizingExtractor Recognizing(Action<ExtractionOptions>? change = null, TimeProvider? time = null)
    {
        // Generous: what is tested is what is read, on whatever machine.
        var options = new ExtractionOptions { Command = Child.RealCommand, Timeout = TimeSpan.FromMinutes(5) };
        change?.Invoke(options);
        var child = new ChildProcessExtractor(Options.Create(options), TimeProvider.System, NullLogger<ChildProcessExtractor>.Instance);
        return new RecognizingExtractor(child, Options.Create(options), time ?? TimeProvider.System, NullLogger<RecognizingExtractor>.Instance);
    }

    /// <summary>A PDF whose pages hold text, nothing, or words that are drawn.</summary>
    private static byte[] Scans(string[] pages)
    {
        var objects = new List<byte[]>
        {
            Ascii("<< /Type /Catalog /Pages 2 0 R >>"),
            Ascii($"<< /Type /Pages /Kids [{string.Join(' ', pages.Select((_, i) => $"{4 + (i * 2)} 0 R"))}] /Count {pages.Length} >>"),
            Ascii("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"),
        };
        foreach (var page in pages)
        {
            var content = page switch { "" => "", "SCAN" => Strokes("TAX FILE 4711"), _ => $"BT {page} ET" };
            objects.Add(Ascii($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> /Contents {objects.Count + 2} 0 R >>"));
            objects.Add(Ascii($"<< /Length {content.Length} >>\nstream\n{content}\nendstream"));
        }
        using var pdf = new MemoryStream();
        pdf.Write("%PDF-1.4\n"u8);
        var places = new List<long>();
        foreach (var (index, body) in objects.Index())
        {
            places.Add(pdf.Position);
            pdf.Write([.. Ascii($"{index + 1} 0 obj\n"), .. body, .. "\nendobj\n"u8]);
        }
        var table = pdf.Position;
        pdf.Write(Ascii($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n{string.Concat(places.Select(place => $"{place:D10} 00000 n \n"))}trailer << /Size {objects.Count + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF"));
        return pdf.ToArray();
    }

    /// <summary>Words as lines, which are no text: letters of straight strokes, in a box of 30 by 40 points each.</summary>
    private static string Strokes(string words)
    {
        var letters = new Dictionary<char, string[]>
        {
            ['T'] = ["0 40 30 40", "15 40 15 0"], ['A'] = ["0 0 15 40 30 0", "6 14 24 14"], ['X'] = ["0 0 30 40", "0 40 30 0"], ['F'] = ["0 0 0 40 28 40", "0 21 22 21"],
            ['I'] = ["15 0 15 40"], ['L'] = ["0 40 0 0 26 0"], ['E'] = ["28 40 0 40 0 0 28 0", "0 21 24 21"], ['4'] = ["22 0 22 40 0 12 30 12"], ['7'] = ["0 40 28 40 10 0"], ['1'] = ["6 32 16 40 16 0"],
        };
        var lines = words.Index().Where(letter => letter.Item != ' ').SelectMany(letter => letters[letter.Item].Select(stroke =>
        {
            var points = stroke.Split(' ').Select(int.Parse).Chunk(2).Select(point => $"{40 + (letter.Index * 38) + point[0]} {600 + point[1]}").ToList();
            return $"{points[0]} m {string.Join(' ', points.Skip(1).Select(point => point + " l"))} S";
        }));
        return $"5 w 1 j {string.Join('\n', lines)}";
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
