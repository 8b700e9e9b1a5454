"""German.

"Hinweis", "Info" and "Achtung" are for customers unless the team is named; "Notiz" and "Vermerk" are one's
own. "Unter uns" also says who lives below, so it needs a comma or a colon. Compounds count: "Telefonnotiz",
"Mitarbeiterinfo".
"""

from bot.slack.markers.words import Words

_CUSTOMER = "(den |die |dem |der |unseren? )?(kund(e|en|in|innen|schaft)|kd\\.?)"
_SEND = "((ab|ver|raus|mit|weg|hin)?(schicken|senden)|weiter(leiten|geben|sagen)|raus(geben)?( damit)?)"
_SAY = f"({_SEND}|sagen|zeigen|verraten|erzahlen|lesen|sehen|informieren|wissen|mitteilen|erfahren|nennen|erwahnen)"

GERMAN = Words(
    internal=(
        "interne?[nrs]?", "interna", "team ?intern", "nur interne?s?", "rein interne?s?", "firmenintern",
        "hausintern", "(streng )?vertraulich",
        "((das|es|dies) )?(bleibt )?(bitte |ganz |mal |nur )?unter uns( (gesagt|kollegen|pfarrerstochtern|betschwestern))?",
    ),
    secret=("(streng )?geheim", "privat", "inoffiziell", "nicht offentlich", "versteckt"),
    note=("[a-z]*notiz(en)?", "[a-z]*vermerk", "anm\\.?", "anmerkung(en)?", "bemerkung(en)?"),
    bare=("notiz(?! am rande)",),
    message=(
        "hinweise?", "info(rmation)?(en)?", "zur info", "z\\. ?k\\.?", "zur kenntnis", "achtung",
        "vorsicht", "vorwarnung", "nachricht", "frage", "kurze frage", "erinnerung", "merker", "bitte",
        "warnung", "ruckfrage", "stand", "sache", "update", "merke",
    ),
    task=(
        "ubergabe( an \\w+)?", "aufgaben?", "merker", "merkzettel", "nicht (antworten|beantworten)",
        "kommentare?", "schichtubergabe", "schichtnotiz(en)?",
        "(mitarbeiter|kollegen|agenten|team) ?(infos?|hinweise?|notiz(en)?|vermerk)",
    ),
    team=(
        "teams?", "kolleg(en|e|in|innen)", "kolleginnen (und|u\\.) kollegen",
        "kollegen (und|u\\.) kolleginnen", "mitarbeiter(innen)?", "mitarbeitende", "agenten",
        "(die )?(nachste |folgende )?(fruh|spat|nacht|tag)?schicht", "personal", "nachfolger", "vertretung",
        "chef(in)?", "teamleit(er|ung)",
    ),
    called=(
        "team", "kolleg(en|innen|e|in)", "kolleginnen (und|u\\.) kollegen",
        "kollegen (und|u\\.) kolleginnen", "leute", "mitarbeiter",
    ),
    us=("uns", "uns alle"),
    self=("mich", "mir", "mich selbst"),
    to=(
        "fur", "fur (das|die|den|alle|unsere?n?|mein)", "furs", "f\\.", "f\\. d\\.", "an", "ans",
        "an (das|die|den|alle|alle im|unsere?)",
    ),
    articles=("liebe[sr]?", "das", "die", "alle im"),
    only=("nur", "rein", "ausschliesslich", "lediglich", "bloss"),
    before=(
        "ps", "hallo", "hi", "moin", "guten (morgen|tag|abend)", "achtung", "vorsicht", "wichtig",
        "vorwarnung", "bitte", "zur info", "zur kenntnis", "z\\. ?k\\.?", "info", "hinweis", "liebe[sr]?",
        "und", "aber", "also", "ubrigens", "nur", "kurz", "kurze frage", "ab hier", "ab jetzt", "dies ist",
        "das ist", "noch", "so", "frage", "mal",
    ),
    withheld=(
        f"(nicht|nichts|nix|nie|kein\\w*)( wort)? (bestimmt )?(fur|f\\.?|an|ans?|zum|zur) {_CUSTOMER}",
        f"(darf |soll )?{_CUSTOMER} .{{0,25}}?(nicht|nichts|nie|nix) .{{0,12}}?{_SAY}",
        f"(nicht|nichts|nix|nie|kein\\w*) (an )?{_CUSTOMER} {_SAY}",
        "(sagt?|zeigt?|schickt?|gebt|gib|verratet?) (bitte )?(dem|der|den) kund(en|in) .{0,15}?(nicht|nichts|nix)",
        "nicht (kundentauglich|extern|nach aussen|nach draussen)", "kein kundentext",
        f"{_CUSTOMER} (weiss|ahnt|kennt) .{{0,20}}?(nicht|nichts)",
    ),
    unsent=(
        f"(noch |bitte |erst |das |hier |so )*(nicht|nix) (so )?{_SEND}", "nicht (sagen|zeigen|verraten)",
        "entwurf",
    ),
    ordinary_notes=("folgende", "eine", "die", "der", "ihre"),
    things=("mitarbeiter", "personal", "chef(in)?"),
    long=("intern", "interne", "interner", "notiz", "vertraulich", "privat", "kollegen", "vermerk"),
    no_slips=(
        "internet", "interner", "internist", "kollege", "privaten", "private", "noti", "notez", "notice",
        "motiv",
    ),
)  # fmt: skip
