using Convo.Core.Knowledge;

namespace Convo.Tests.Core.Knowledge;

public sealed class LanguageDetectorTests
{
    [Theory]
    [InlineData("english", "The quarterly report was sent to all of the managers before the meeting.")]
    [InlineData("english", "What is the notice period?")]
    [InlineData("german", "Der Bericht wurde vor der Sitzung an alle Abteilungen verschickt und ist nun verbindlich.")]
    [InlineData("german", "Wie hoch ist der Zuschuss?")]
    [InlineData("french", "Le rapport a été envoyé à tous les responsables avant la réunion de lundi.")]
    [InlineData("spanish", "El informe se envió a todos los responsables antes de la reunión del lunes, pero no está firmado.")]
    [InlineData("italian", "La relazione è stata inviata a tutti i responsabili prima della riunione di lunedì.")]
    [InlineData("portuguese", "O relatório foi enviado a todos os gestores antes da reunião, mas não está assinado.")]
    [InlineData("dutch", "Het rapport is voor de vergadering naar alle leidinggevenden gestuurd en wordt niet meer gewijzigd.")]
    [InlineData("swedish", "Rapporten skickades till alla chefer före mötet och den är inte undertecknad.")]
    [InlineData("finnish", "Raportti lähetettiin kaikille, mutta se ei ole vielä valmis eikä sitä voi muuttaa.")]
    [InlineData("turkish", "Rapor toplantıdan önce tüm yöneticilere gönderildi ve bu daha sonra değil, ama için çok önemli.")]
    [InlineData("russian", "Отчёт был отправлен всем руководителям до совещания.")]
    [InlineData("greek", "Η έκθεση στάλθηκε σε όλους τους διευθυντές.")]
    [InlineData("arabic", "تم إرسال التقرير إلى جميع المديرين قبل الاجتماع")]
    [InlineData("hindi", "रिपोर्ट सभी प्रबंधकों को भेजी गई")]
    [InlineData("simple", "報告書は会議の前に全員に送られました。")]
    [InlineData("simple", "Звіт було надіслано всім керівникам, і він є чинним.")]
    [InlineData("simple", "x = foo(bar); int[] y = new int[12]; return y;")]
    [InlineData("simple", "4711 0815 42")]
    [InlineData("simple", "")]
    public void Detect_Text_NamesItsConfiguration(string expected, string text) => Assert.Equal(expected, LanguageDetector.Detect(text));

    [Fact]
    public void Detect_LongTextAfterForeignTitlePage_GoesByTheWhole()
    {
        var body = string.Concat(Enumerable.Repeat("Der Vertrag wird mit der Unterschrift beider Parteien wirksam und ist nicht übertragbar. ", 400));
        Assert.Equal("german", LanguageDetector.Detect("This is the title page of the report and it is short. " + body));
    }
}
