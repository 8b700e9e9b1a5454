"""French.

"Noté" says that something was understood (folding.py). "Interne" also begins plain sentences, "Note" also a
mark ("Note : 4,5"): both are held where something like a colon follows. "Attention" and "Rappel" are for
customers.
"""

from bot.slack.markers.words import Words

_CUSTOMER = "(le |la |les |au |aux |a la |l |du )?client(e|s|es)?"
_SEND = "(r?envoy(er|ez)|transmett(re|ez)|transfer(er|ez)|partag(er|ez)|diffus(er|ez)|divulgu(er|ez))"
_SAY = f"({_SEND}|di(re|tes|s)|montr(er|ez)|communiqu(er|ez)|parl(er|ez)|voi[rt]|voie|li(re|t|se)|sav(oir|ez)|sait|sache|donn(er|ez))"

FRENCH = Words(
    internal=(
        "internes?", "en interne", "(a |d )?usage interne", "info interne",
        "(strictement )?confidentiel(le)?", "officieusement", "chut",
        "(ca )?(reste |juste |strictement )?entre (nous|collegues)",
    ),
    secret=("privee?", "cachee?", "officieux", "(top )?secret", "en off"),
    note=("notes?", "notes? perso(nnelle)?s?", "note de service", "nota", "memo", "memos", "pense betes?"),
    bare=(),
    message=(
        "messages?", "infos?", "information", "pour info", "attention", "rappel", "question", "a faire",
        "avis", "precision", "a savoir",
    ),
    task=(
        "passations?", "releve( de poste)?", "remarques?", "commentaires?", "(ne )?pas (repondre|repondez)",
    ),
    team=(
        "equipe", "collegues?", "personnel", "employes?", "agents?", "collaborateurs", "salaries", "releve",
        "agent suivant", "equipe (du|de) (soir|matin|nuit|jour)", "responsable",
    ),
    called=("(l )?equipe", "((chers|les|mes|chers et cheres) )?collegues?", "(les )?(gars|filles)"),
    us=("nous", "nous tous"),
    self=("moi", "moi meme"),
    to=(
        "pour", "pr", "p/", "(pour|pr|a) (l|les|le|la|mes|mon|tous les|toute l)", "aux?", "entre",
        "(a l attention|a destination) (de l|des|de|du)", "reserve[es]* (a l|a la|aux?|a)",
    ),
    articles=("l", "les", "chers", "mes"),
    only=("uniquement", "seulement", "exclusivement", "juste", "rien que", "strictement"),
    before=(
        "p\\.? ?s\\.?", "n\\.? ?b\\.?", "bonjour", "bonsoir", "salut", "coucou", "dites?", "attention",
        "important", "pour info", "svp", "stp", "et", "mais", "donc", "au fait", "urgent", "info", "rappel",
        "juste", "ca", "ceci est", "c est", "a partir d ici", "question", "petite question", "bon", "alors",
        "a lire",
    ),
    withheld=(
        f"(surtout |c est |ce n est )?(pas|non|rien) (destinee? |a dire |fait )?(pour|pr|p/|au|aux|a la|a l) ?{_CUSTOMER}",
        "(pas|hors|non) clients?", f"{_CUSTOMER} (ne )?(doit|doivent|devrait|peut) (pas|rien) {_SAY}",
        f"(a )?(ne |n )?(surtout )?(pas|rien) (le |la |lui |leur |en )?{_SAY}( ca| ceci| cela| rien| avec)* (au|aux|a la|le|la|les|a) ?client(e|s|es)?",
        f"pas un mot (au|aux|a la) {_CUSTOMER}", f"{_CUSTOMER} (ne )?(sait|voit|lit) (pas|rien)",
        "ne (le |la |lui )?(dites|montrez|transmettez|envoyez|donnez) (rien|pas) (ca |ceci |cela )?(au|aux|a la) client(e|s|es)?",
    ),
    unsent=(
        f"(a )?(ne )?(surtout )?pas (le |la |l )?{_SEND}( ca| ceci| cela| tel quel)?",
        "(ne )?pas (dire|montrer)", "brouillon",
    ),
    ordinary_notes=("la", "une", "de", "cette", "votre", "notre", "bonne", "prenez", "prendre", "en"),
    things=("personnel", "responsable"),
    long=("interne", "internes", "equipe", "collegues", "confidentiel"),
    no_slips=(
        "internet", "notre", "votre", "note", "equipes", "equipee", "privees", "prives", "interner", "cote",
        "vote",
    ),
)  # fmt: skip
