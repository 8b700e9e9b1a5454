"""German.

"Hinweis", "Info" and "Achtung" are for customers unless the team is named; "Notiz" and "Vermerk" are one's
own. "Unter uns" also says who lives below, so it needs a comma or a colon. Compounds count: "Telefonnotiz",
"Mitarbeiterinfo".
"""

from bot.slack.text.markers.words import Words

_CUSTOMER = "(den |die |dem |der |unseren? )?(kund(e|en|in|innen|schaft)|kd\\.?)"
_SEND = "((ab|ver|raus|mit|weg|hin)?(schicken|senden)|weiter(leiten|geben|sagen)|raus(geben)?( damit)?)"
_THIRD = "((der|die|dieser|diese|unsere?) )?(kunde|kundin|kd)"
_SAY = f"({_SEND}|sagen|zeigen|verraten|erzahlen|lesen|sehen|informieren|wissen|mitteilen|erfahren|nennen|erwahnen)"

GERMAN = Words(
    internal=(
        "interne?[nrs]?", "interna", "team ?intern", "nur interne?s?", "rein interne?s?", "firmenintern",
        "hausintern", "(bleibt|ist|bleibe|bleib) (bitte |streng |rein )?(team )?intern", "unter (kolleg(en|innen)|euch|kolleg innen)",
        "mitarbeiterintern", "(streng )?vertraulich",
        "((das|es|dies) )?(bleibt )?(bitte |ganz |mal |nur )?unter uns( (gesagt|kollegen|pfarrerstochtern|betschwestern))?",
    ),
    secret=("nur intern", "priv\\.", "(streng )?geheim", "privat", "inoffiziell", "nicht offentlich", "versteckt"),
    note=("z\\.? ?k\\.?", "[a-z]*notiz(en)?", "[a-z]*vermerk", "anm\\.?", "anmerkung(en)?", "bemerkung(en)?"),
    bare=("notiz(?! am rande)", "(eigene|meine|unsere) notiz"),
    message=(
        "hinweise?", "info(rmation)?(en)?", "zur info", "z\\.? ?k\\.?", "zur kenntnis", "achtung",
        "vorsicht", "vorwarnung", "nachricht", "frage", "kurze frage", "erinnerung", "merker", "bitte",
        "warnung", "ruckfrage", "stand", "sache", "update", "merke",
    ),
    task=(
        "ubergabe( an \\w+)?", "aufgaben?", "merker", "merkzettel", "nicht (antworten|beantworten)",
        "kommentare?", "schichtubergabe", "dienstubergabe", "[a-z]*ubergabe", "schichtwechsel", "dienstwechsel", "schichtnotiz(en)?",
        "(mitarbeiter|kollegen|agenten|team) ?(infos?|hinweise?|notiz(en)?|vermerk)",
    ),
    team=(
        "teams?", "kolleg(en|e|in|innen)", "kolleginnen (und|u\\.) kollegen",
        "kollegen (und|u\\.) kolleginnen", "mitarbeiter(innen)?", "mitarbeitende", "agenten",
        "(die )?(nachste |folgende )?(fruh|spat|nacht|tag)?schicht", "personal", "nachfolger", "vertretung",
        "chef(in)?", "teamleit(er|ung)", "runde", "truppe", "mannschaft", "belegschaft",
        "(fruh|spat|nacht|tag|mittel)(dienst|schicht)", "support", "innendienst",
    ),
    called=(
        "team", "kolleg(en|innen|e|in)", "kolleginnen (und|u\\.) kollegen",
        "kollegen (und|u\\.) kolleginnen", "leute", "mitarbeiter",
    ),
    us=("uns", "(unsere|eure) (augen|ohren)", "uns alle"),
    self=("mich", "mir", "mich selbst"),
    to=(
        "fur", "fur (das|die|den|alle|unsere?n?|mein)", "furs", "f\\.", "f\\. d\\.", "an", "ans",
        "an (das|die|den|alle|alle im|unsere?)", "in (die|s)", "ins", "fuers",
    ),
    articles=("liebe[sr]?", "das", "die", "alle im"),
    only=("nur", "rein", "ausschliesslich", "lediglich", "bloss"),
    before=(
        "ps", "hallo", "hi", "moin", "guten (morgen|tag|abend)", "achtung", "vorsicht", "wichtig",
        "vorwarnung", "bitte", "zur info", "zur kenntnis", "z\\. ?k\\.?", "info", "hinweis", "liebe[sr]?",
        "und", "aber", "also", "ubrigens", "nur", "kurz", "kurze frage", "ab hier", "ab jetzt", "dies ist",
        "das ist", "noch", "so", "moment", "ah?m", "sagt mal", "sag mal", "frage", "mal", "(dies|das) ist eine?", "erst(mal)?", "zuerst", "servus",
        "gruss", "anm\\.?",
    ),
    withheld=(
        f"(nicht|nichts|nix|nie|kein\\w*)( wort)?( davon| hiervon)? (bestimmt )?(fur|f\\.?|an|ans?|zum|zur) {_CUSTOMER}",
        f"(darf |soll )?{_CUSTOMER} .{{0,25}}?(nicht|nichts|nie|nix) .{{0,12}}?{_SAY}",
        f"(nicht|nichts|nix|nie|kein\\w*) (an )?{_CUSTOMER} {_SAY}",
        "(sagt?|zeigt?|schickt?|gebt|gib|verratet?) (bitte )?(dem|der|den) kund(en|in) .{0,15}?(nicht|nichts|nix)",
        "nicht (kundentauglich|extern|nach aussen|nach draussen)", "kein kundentext",
        "(das |dies |es |alles )?(hier )?bleibt? (bitte |streng |alles |das |es |mal )*(intern|hier|drin|im (team|haus|thread|kanal|raum|laden|slack)|unter (uns|kollegen|euch)|bei uns)",
        "(bitte )?(das |dies |es )?(hier )?(intern|im team|bei euch|fur euch|unter euch|unter uns|hier|im haus) (be)?halten",
        "(behaltet|behalt|haltet) (das|es|dies) (bitte |mal )?(fur (euch|dich)|intern|unter|im team)",
        "(das |dies |es )(geht|darf|soll|kommt) (so |noch )?nicht (raus|rein|nach draussen|nach aussen)",
        "intern (lassen|halten|bleiben|besprechen|klaren)", "(nicht|nichts|nix|nie) (im|in den|in|ins|fur den|furn) (kunden|live)? ?chat",
        f"(vor|fur) {_CUSTOMER} (verborgen|versteckt|unsichtbar|nicht sichtbar|verheimlich\\w+)",
        f"(nicht|un) ?sichtbar (fur|bei) {_CUSTOMER}", "nur (fur )?(uns|team|intern\\w*|mitarbeiter) sichtbar",
        "nur fur (unsere|eure|kollegen)? ?(augen|ohren)", "(er|sie|ihm|ihr) (darf|soll|sollte) (das |es |davon |hiervon )*(nicht|nichts|nie)",
        "(das |dies |es )?(nicht|nichts|nix) (an )?(ihn|ihm|ihr|sie) (weiter|raus|geben|sagen|schicken|zeigen|verraten|senden)",
        "(sagt?|zeigt?|schickt?|gebt|verratet?) (das |es |ihm |ihr |ihnen |bitte )+(nicht|nichts|nix)",
        "(vor dem|vorm) (ab|ver)?(schicken|senden) (bitte )?(gegen|prufen|lesen|checken|freigeben|noch)", "(bitte )?(gegenlesen|querlesen)", "(das |dies )?behalten wir (das )?(fur|unter) uns",
        "(darf|soll|muss) (das )?(hier |das )?(nicht )?(raus|im team|hausintern)", "nicht (aus|ausserhalb) (dem|des) (team|haus)",
        f"{_CUSTOMER} (weiss|ahnt|kennt) .{{0,20}}?(nicht|nichts)",
    ),
    unsent=(
        f"(noch |bitte |erst |das |hier |so )*(nicht|nix) (so )?{_SEND}", "nicht (sagen|zeigen|verraten)",
        "nicht (an|fur) (ihn|sie|den kunden|die kundin)", "(bitte |noch )*nicht (raus|abgeschickt|abschicken|versenden|posten|antworten)",
    ),
    ordinary_notes=("folgende", "eine", "die", "der", "ihre"),
    things=("mitarbeiter", "personal", "chef(in)?"),
    long=("intern", "interne", "interner", "notiz", "vertraulich", "privat", "kollegen", "vermerk"),
    no_slips=(
        "internet", "interner", "internist", "kollege", "privaten", "private", "noti", "notez", "notice",
        "motiv",
    ),
    hails=(
        "hallo", "hi", "hey", "moin( moin)?", "servus",
        "na", "tach", "guten (morgen|tag|abend)", "morgen", "gruezi",
        "gruss( gott)?", "hallochen", "huhu", "he", "psst",
        "liebe[sr]?", "mahlzeit", "frage an", "ok", "ahoi",
    ),
    hailed=(
        "leute", "support leute", "bitte alle( lesen| beachten)?", "ihr( lieben| zwei| beiden| da)?", "ihr lieben", "liebe alle", "madels",
        "manner", "jungs", "kollegas?", "freunde", "truppe",
        "(fruh|spat|nacht|tag|mittel)(dienst|schicht)", "chef(in)?", "hallo zusammen", "an alle",
    ),
    speaks=(
        "bitte", "nicht", "nix", "wer", "was",
        "wie", "wo", "wann", "kann (wer|jemand|mal|einer)", "kennt",
        "weiss", "hat (wer|jemand|einer)", "der", "die", "das",
        "ich", "er", "sie", "wir", "mal",
        "hier", "passt", "achtung", "vorsicht", "keine?r?",
        "schaut?", "lasst", "gebt", "sagt", "schreibt",
        "da", "ubernehmt", "macht",
    ),
    next_one=(
        "(der|die|den|dem)? ?(nachste[rn]?|folgende[rn]?|kommende[rn]?) (bearbeiter(in)?|kolleg(e|en|in)|schicht|agent(in)?|mitarbeiter(in)?|dienst|person)", "wer (auch |immer |das |es |den |die |hier |als |nachstes |nach |mir |fall |danach |dann )*(ubernimmt|weitermacht|drankommt|bearbeitet|liest|einsteigt|kommt|dran ist)", "(fruh|spat|nacht|tag|mittel|wochenend)(dienst|schicht)", "(fur|an) (den|die) nachste[nr]?", "(der |die )?nachste(r)?( bitte)?",
    ),
    slips=(
        "zettel", "[a-z]*notiz", "post ?it", "klebezettel", "merkzettel",
        "nachricht", "frage", "haftnotiz",
    ),
    take_over=(
        "(kannst|konntest|magst|wurdest) du (das |mal |bitte |hier |den |fall |kurz |ab |jetzt )*(ubernehmen|weitermachen|einspringen|drauf ?schauen)", "ubernimm(st)?( du)?( bitte| mal| hier| das| den)?", "mach(st)? du (hier |bitte )?weiter", "du bist dran", "(kann|konnte) (jemand|wer|einer) (das |mal |bitte |hier |kurz )*(ubernehmen|einspringen|weitermachen)",
        "jemand (im|aus dem|vom|von euch)( team)?",
    ),
    draft=(
        "(antwort|text|roh|vor)?(entwurf|entwurfe)", "rohfassung", "vorentwurf", "skizze",
    ),
    unfinished=(
        "(noch )?(nicht|un) ?(fertig|freigegeben|gepruft|final)", "in arbeit", "bin noch (am|dran)( \\w+)?", "halbfertig", "zur (freigabe|prufung|durchsicht)",
        "bitte (prufen|freigeben)",
    ),
    about=(
        f"{_THIRD} (schon |wieder |ubrigens |angeblich )*(droht|drohte|lugt|log|meckert|will|wollte|behauptet|behauptete|sagt|sagte|meint|meinte|nervt|weiss|ahnt|schreit|spinnt|klagt|tobt|glaubt|denkt|flunkert|ubertreibt|besteht auf|hat (gelogen|gedroht|angerufen|aufgelegt|keine ahnung|schon (wieder|dreimal|zweimal)|uns|sich beschwert|geweint|geschrien)|ruft (standig|dauernd|schon|wieder|jeden))",
        f"{_THIRD} ((ist|war|wird|klingt|wirkt) )?(echt |total |sehr |richtig |ziemlich |schon |wieder |mega |so |ein |eine |etwas )*(sauer|wutend|unmoglich|frech|unverschamt|genervt|lugner\\w*|betrunken|schwierig|anstrengend|bekannt|verargert|ahnungslos|aggressiv|vip|stammkund\\w*|querulant\\w*|stinksauer|im unrecht|auf 180)",
        "(sieht|liest|bekommt|kriegt) (das |dies |es |hier )?(der|die) kund(e|in|en)",
        "(sieht|liest) (er|sie|es|das) (das|dies|er|sie|das hier|hier mit|mit)( eigentlich| hier| auch| alles| mit)*\\s*[?,]",
        "kann (das |dies |hier )?(der|die) kund(e|in|en) (das |dies |hier )?(sehen|lesen|mitlesen)",
        "(ist|wird|war) (das|dies|es|das hier) (hier )?(auch )?(fur|vom|von|beim) (den|der|die)? ?kund(en|in) (auch )?(sichtbar|gelesen|zu sehen|gesehen)",
    ),
)  # fmt: skip
