"""French.

"Noté" says that something was understood (folding.py). "Interne" also begins plain sentences, "Note" also a
mark ("Note : 4,5"): both are held where something like a colon follows. "Attention" and "Rappel" are for
customers.
"""

from bot.slack.text.markers.words import Words

_CUSTOMER = "(le |la |les |au |aux |a la |l |du )?client(e|s|es)?"
_SEND = "(r?envoy(er|ez)|transmett(re|ez)|transfer(er|ez)|partag(er|ez)|diffus(er|ez)|divulgu(er|ez))"
_READERS = "(client|assure|patient|abonne|adherent|locataire|usager|acheteur|voyageur|passager)(e|s|es)?"
_THIRD = "((le|la|l|ce|cette|notre) )?clien(t|te)"
_SAY = f"({_SEND}|di(re|tes|s)|montr(er|ez)|communiqu(er|ez)|parl(er|ez)|voi[rt]|voie|li(re|t|se)|sav(oir|ez)|sait|sache|donn(er|ez))"

FRENCH = Words(
    internal=(
        "interne?s? (ci dessous|a partir d ici)", "(juste )?entre (nous|collegues|equipe|vous et moi)",
        "(en )?prive,? (les |pour )?(les |l )?(collegues|equipe|gars|filles|team)",
        "internes?", "en interne", "(a |d )?usage interne", "info interne",
        "(strictement )?confidentiel(le)?", "officieusement", "chut",
        "(ca )?(reste |juste |strictement )?entre (nous|collegues)",
    ),
    secret=("privee?", "pv", "reservee? (a l )?equipe", "perso", "en prive", "cachee?", "officieux", "(top )?secret", "en off"),
    note=("notes?", "nto", "notz", "ndlr", "ndr", "ma note", "petite note", "notes? perso(nnelle)?s?", "note de service", "nota", "memo", "memos", "pense betes?"),
    bare=("notes? perso(nnelle)?s?",),
    message=(
        "messages?", "infos?", "(petit )?mot", "avis aux?", "consignes?", "information", "pour info", "attention", "rappel", "question", "a faire",
        "avis", "precision", "a savoir",
    ),
    task=(
        "passations?( de (poste|service|consignes))?", "consignes?", "changement (d equipe|de poste)", "transmissions?", "releve( de poste)?", "remarques?", "commentaires?", "(ne )?pas (repondre|repondez)",
    ),
    team=(
        "equipe", "l ?equipe", "team", "collegues?", "consoeurs", "confreres", "personnel", "employes?", "agents?", "collaborateurs", "salaries", "releve",
        "agent suivant", "equipe (du|de) (soir|matin|nuit|jour)", "responsable",
    ),
    called=("(l ?)?equipe", "la team", "les (gars|filles|amis|copains|copines|loulous|zamis|enfants|potes)", "((chers|les|mes|chers et cheres) )?collegues?", "(les )?(gars|filles)"),
    us=("nous", "nos (yeux|oreilles)", "nous tous"),
    self=("moi", "moi meme"),
    to=(
        "pour", "pr", "p/", "a tou(te|t|s|tes)", "a tou(te|t|s|tes) (l|le|la|les)", "a", "(pour|pr|a) (l|les|le|la|mes|mon|tous les|toute l)", "aux?", "entre",
        "(a l attention|a destination) (de l|des|de|du)", "reserve[es]* (a l|a la|aux?|a)",
    ),
    articles=("l", "les", "chers", "mes"),
    only=("uniquement", "seulement", "exclusivement", "juste", "rien que", "strictement"),
    before=(
        "p\\.? ?s\\.?", "n\\.? ?b\\.?", "bonjour", "bonsoir", "salut", "coucou", "dites?", "attention",
        "important", "pour info", "svp", "stp", "et", "mais", "donc", "au fait", "urgent", "info", "rappel",
        "juste", "ca", "ceci est", "c est", "a partir d ici", "question", "petite question", "bon", "alors",
        "a lire", "ndlr", "ndr", "yo", "hep", "he", "d abord", "attends", "attendez", "euh","surtout", "(ceci|c) est une?", "un", "une", "edit", "reserve(e|es|s)?",
    ),
    withheld=(
        f"(surtout |c est |ce n est )?(pas|non|rien) (destinee? |a dire |fait )?(pour|pr|p/|au|aux|a la|a l) ?{_CUSTOMER}",
        "(pas|hors|non) clients?", f"{_CUSTOMER} (ne )?(doit|doivent|devrait|peut) (pas|rien) {_SAY}",
        f"(a )?(ne |n )?(surtout )?(pas|rien) (le |la |lui |leur |en )?{_SAY}( ca| ceci| cela| rien| avec)* (au|aux|a la|le|la|les|a) ?client(e|s|es)?",
        f"pas un mot (au|aux|a la) {_CUSTOMER}", f"{_CUSTOMER} (ne )?(sait|voit|lit) (pas|rien)",
        f"{_CUSTOMER} (n est )?pas (au courant|informe\\w*|prevenu\\w*)",
        f"(a )?(ne |n )?(surtout )?(pas|rien) {_SAY}( ca| ceci| rien)? (au|aux|a la|a l|a|avec le|avec la) ?{_READERS}",
        f"(cache|cachee|masque|masquee|invisible|pas visible|non visible) (pour|a|au|aux|a la) ?{_CUSTOMER}",
        "(visible|lisible) (que|uniquement|seulement) (par|pour) (nous|l equipe|les agents)",
        "(on )?(gard(ez|e|ons|er)|conserv(ez|er)) (ca|cela|ceci|le|la|tout ca) (bien )?(pour (vous|toi|nous|soi)|en interne|entre (nous|vous)|dans l equipe|ici|secret)",
        "gard(ez|e|ons|er) (pour (vous|toi|nous)|en interne|entre (nous|vous))",
        "(ca |cela |ceci |tout ca |tout |que ca )?(reste|restera|doit rester) (strictement |bien |juste )?(en interne|interne|ici|entre (nous|collegues)|dans (l equipe|la team|le service|ce fil|la boite)|chez nous)",
        "(ca |cela |ceci |rien )?(ne )?(sort|doit sortir|sorte|doit) pas (sortir )?d ?(ici|e l equipe|u service|u fil)",
        "(a )?(ne )?(surtout )?(pas|jamais) (a )?(diffuser|transmettre|divulguer|ebruiter|faire suivre|publier|communiquer)",
        "(surtout )?(ne |n )?(lui |leur |le |la )?(dites|dis|montrez|montre|transmettez|envoyez|donnez|parlez|parle|en parlez) (surtout )?(rien|pas)( de ca| ca| ceci)? (au|aux|a la|a|lui|leur|devant)",
        "(surtout )?(ne |n )?(lui|leur) (dites|dis|montrez|montre|transmettez|envoyez|en parlez) (rien|pas)",
        "(il|elle) ne (doit|peut|devrait) (pas|rien|jamais) (le |l )?(savoir|voir|lire|apprendre)",
        "(hors|pas dans le|pas sur le) (tchat|chat)( client)?", "(a )?(relire|valider) avant (envoi|d envoyer|l envoi|de)( \\w+)?",
        "en interne,? (on|nous on)", "(non|pas) (communicable|diffusable|transmissible|a (envoyer|diffuser|transmettre|montrer|communiquer))",
        "qu? ?(il|elle|le client|la cliente) (n |ne )(en |le |la |l )?(sache|voie|lise|apprenne)",
        "(pas|non) (destine\\w*|prevu\\w*) (a|au|aux) client\\w*",
        "ne (le |la |lui )?(dites|montrez|transmettez|envoyez|donnez) (rien|pas) (ca |ceci |cela )?(au|aux|a la) client(e|s|es)?",
    ),
    unsent=(
        f"(a )?(ne )?(surtout )?pas (le |la |l )?{_SEND}( ca| ceci| cela| tel quel)?",
        "(ne )?pas (dire|montrer)", "(ne )?pas (encore )?(envoye|repondre|publier|poster)", "pas pour (lui|elle|eux)",
    ),
    ordinary_notes=("la", "une", "de", "cette", "votre", "notre", "bonne", "prenez", "prendre", "en"),
    things=("personnel", "responsable"),
    long=("interne", "internes", "equipe", "collegues", "confidentiel"),
    no_slips=(
        "internet", "notre", "votre", "note", "equipes", "equipee", "privees", "prives", "interner", "cote",
        "vote",
    ),
    hails=(
        "bonjour", "bonsoir", "salut", "coucou", "yo",
        "hep", "he", "hello", "hey", "hi",
        "dites", "dis", "psst", "re", "ohe",
        "allo", "oh", "kikou", "eh", "wesh",
    ),
    hailed=(
        "les (gars|filles|amis|copains|copines|loulous|zamis|enfants|potes|gens|jeunes|nuls|chefs?|mecs)", "la (team|compagnie|troupe|bande)", "(chers )?(collegues|confreres|consoeurs)", "vous autres", "(chers|cheres) tou(s|tes)", "chef",
        "tout le monde", "team", "equipe (de nuit|du matin|du soir|de jour|d apres midi)",
    ),
    speaks=(
        "ne", "n", "j", "j ai", "je",
        "il", "elle", "on", "c est", "ca",
        "qui", "que", "quelqu un", "s il vous plait", "svp",
        "stp", "pas", "attention", "un", "une",
        "vous", "faites", "regardez", "merci de", "pouvez",
        "peut", "est ce", "comment", "pourquoi", "ou",
        "y a", "il y a", "le client", "la cliente", "cette",
        "ce", "laissez", "surtout", "pour info", "ici",
    ),
    next_one=(
        "(a )?(celui|celle|ceux|la personne) qui (prend|reprend|suit|suivra|lit|reprendra|prendra|continue|arrive|s en|passe)", "(le|la|au|a la|pour le|pour la) (prochain|suivant)e?( agent| collegue| equipe)?", "(prochaine?|suivante?) (equipe|agent|collegue|personne|poste)", "equipe (de nuit|du matin|du soir|de jour|d apres midi|suivante)", "(a )?qui (prend|reprend|reprendra|suit)", "la releve",
        "qui (prend|prendra|reprend) la suite",
    ),
    slips=(
        "(petit )?mot", "not(e|ule)", "message", "post ?it", "pense bete",
        "question", "memo",
    ),
    take_over=(
        "(tu peux|peux tu|tu pourrais|pourrais tu|vous pouvez|quelqu un peut) (me )?(reprendre|prendre la (main|suite|releve)|prendre le relais|t en (occuper|charger)|gerer (ce|cette|la|le))", "reprends(( moi)? (la main|le fil|ce|cette|le dossier))?", "prends (la main|le relais|la suite)", "a toi de jouer", "a toi\\s*[.!?]?\\s*$", "tu prends la (suite|main)", "tu (prends|reprends) (le relais|la main|la suite)", "je te (la|le) (laisse|passe)",
        "quelqu un (de|dans|du) (l )?(equipe|team|service|support)",
    ),
    draft=(
        "brouillons?", "ebauche", "premier jet", "reponse en brouillon",
    ),
    unfinished=(
        "(pas|non) (encore )?(fini|finie|termine|terminee|valide|validee|relu|relue)", "en cours de (redaction|validation|relecture)", "inacheve", "incomplet", "a (relire|valider|completer|finir|revoir)",
        "a relire par",
    ),
    about=(
        f"{_THIRD} (nous |se |s |encore |deja |ne |n )*(ment|prend (pour|la tete)|menace|veut|voulait|dit|pretend|croit|insiste|sait|raconte|plaint|crie|gueule|hurle|exige|pense|refuse|soupconne|enerve|fout|ignore|reclame|a (encore |deja |bien |meme )?(menti|menace|appele|rappele|dit|insulte|raccroche|hurle|pleure|tort))",
        f"{_THIRD} ((est|etait|semble|parait) )?(tres |super |vraiment |trop |un |une |deja |hyper |assez |pas )*(furieu\\w+|enerve\\w*|penible|au courant|relou|chiant\\w*|menteu\\w+|agressi\\w+|difficile|insupportable|saoul\\w*|colere|en colere|vip|habitue\\w*|louche|faux|gonfle\\w*|remonte\\w*|naif|naive|sympa|lourd\\w*)",
        "(est ce que )?(le|la) clien(t|te) (voit|lit|peut voir|peut lire|verra|recoit) (ca|ceci|ce|cela|cette|le fil)",
        "(il|elle|ils) (voit|lit|voient) (ca|ce message|ce fil|ceci)\\s*[?,]", "(est ce qu )?(il|elle|ils) (voit|lit|voient) ce qu",
        "(ca|ceci|cela|c est|ce message) (est |va |part )?(visible|lisible|vu|lu|envoye)?( ?(par|pour|chez|a))? ?(le|la|au|a la) clien(t|te)\\s*[?,]",
    ),
)  # fmt: skip
