namespace Convo.Core.Knowledge;

/// <summary>The commonest function words of each language: they tell languages apart and carry no topic.</summary>
internal static class StopWords
{
    /// <summary>By PostgreSQL's name of the language's text search configuration. Accents dropped words are matched with and without.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> ByLanguage = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["english"] = Split("the of and to in is that it for was on are with as be this by at from or have an not which but we you they his her their were been has had will would can could there what when who how where why if do does about into than then its our your more some these those between during through should must may"),
        ["german"] = Split("der die das und ist in den von zu mit sich des auf für im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde wenn kann gibt wo was wer warum ihr ihre mein dein kein keine diese dieser dieses wir ich"),
        ["french"] = Split("le la les de des du et est un une en à que qui dans pour pas sur au aux par plus ne se ce il elle nous vous ils sont avec son sa ses cette ces mais ou où comme leur leurs été être avoir fait ont tout même aussi si quoi quel quelle d'un l'on entre sans sous était"),
        ["spanish"] = Split("el la los las de y que en un una es por con no para se del al lo como más pero sus su le ya o este esta fue ha son entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos está están qué cuál cómo dónde nosotros sí"),
        ["italian"] = Split("il lo la i gli le di e che è in un una per con non si da del della dei delle al alla nel nella sono come più ma anche o ha questo questa quello loro suo sua cui dal dalla tra fra se ci era essere stato quando dove chi cosa perché molto ogni sul sulla agli ai degli negli hanno"),
        ["portuguese"] = Split("o a os as de e que em um uma é para com não por do da dos das no na nos nas se mais como mas foi ao aos ele ela eles seu sua seus ou ser quando muito há já está também só pelo pela até isso entre era depois sem mesmo onde qual você são tem à às nós num numa este esta"),
        ["dutch"] = Split("de het een en van is in dat op te zijn met voor niet aan er die om ook als dan maar bij nog uit door naar heeft hebben wordt worden werd over kan wat wie waar hoe waarom deze dit we wij ze zij hij haar mijn jouw geen meer tot tegen onder na al was"),
        ["swedish"] = Split("och att det i en som är på för av med den till inte om ett han hon var de från har men så vi jag kan när ska eller hur vad där efter vid mot under också detta denna sin sina skulle blev blir varför mycket mellan"),
        ["danish"] = Split("og i at det er en til af på for med den der ikke som de han et har var vi jeg om kan fra men så hvad hvor når skal også efter ved mod eller hun blev bliver være dette denne deres efter hvorfor meget mellem af nogle"),
        ["norwegian"] = Split("og i det er en til av på for med den som ikke de han et har var vi jeg om kan fra men så hva hvor når skal også etter ved mot eller hun ble blir være dette denne deres hvorfor mye mellom noen seg"),
        ["finnish"] = Split("ja on ei että se en oli hän mutta joka kun niin mitä ovat myös kuin tai sen ole jos vain minä sinä me te he tämä ollut olla hänen mukaan missä miten miksi jotka kanssa sekä voi"),
        ["romanian"] = Split("și de la în a cu pe este o un nu că din pentru mai se care ce au fost sunt sau dar dacă prin după acest această lui ei cum unde când fi ale al era într-o către între"),
        ["hungarian"] = Split("a az és hogy nem is egy ez volt meg de van csak már még vagy mint ha el mert minden ezt azt aki amely amit nagyon kell lesz hol mikor miért hogyan után között"),
        ["turkish"] = Split("ve bir bu için de da ile ne çok olarak daha o gibi kadar var olan en mi ama ya sonra değil her ben sen biz siz onlar nasıl neden nerede kim veya ise tarafından göre"),
        ["russian"] = Split("и в не на что я с он а как это по но из к у за от то так же для о все она они мы вы был была было были или если когда где кто его ее их при до только уже быть может чем"),
        ["greek"] = Split("και το να του η της με για από που την τον στο στη τα οι τις των δεν είναι θα ένα μια ότι σε ως ο αλλά αν πως τι ποιος πού"),
        ["arabic"] = Split("في من على إلى أن هذا هذه التي الذي عن مع ما لا كان كانت هو هي ذلك بين كل أو قد لم بعد قبل عند حيث ثم"),
        ["catalan"] = Split("el la els les de i que en un una és per amb no del al dels als es com més però són aquest aquesta ha han també on quan qui què seva seu entre sense molt fins"),
    };

    private static readonly HashSet<string> All = ByLanguage.Values.SelectMany(words => words).SelectMany(word => (string[])[word, Fold(word)])
        .ToHashSet(StringComparer.Ordinal);

    /// <param name="word">In lower case, with or without its accents.</param>
    public static bool IsStopWord(string word) => All.Contains(word);

    private static string[] Split(string words) => words.Split(' ');

    private static string Fold(string word) => new([.. word.Normalize(System.Text.NormalizationForm.FormKD)
        .Where(c => System.Globalization.CharUnicodeInfo.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.NonSpacingMark)]);
}
