"""Spanish.

"Equipo" is also equipment, so an address to it needs a colon or the like. "Nota de crédito" is a document
and "la nota" a mark; "Nota:" at the start of a line is held all the same.
"""

from bot.slack.markers.words import Words

_CUSTOMER = "(el |la |los |las |al |a la |a los )?client[ea]s?"
_SEND = "((re)?envi(ar|es|eis|ad)|mand(ar|es|eis|ad)|compart(ir|as|ais)|publi(car|ques)|difund(ir|as|ais)|incluir|incluyais)(lo|la|selo|sela)?"
_SAY = f"({_SEND}|dec(ir|irle|irselo)|dig(a|as|ais)|ensen(ar|es|eis)|mostr(ar|es)|cont(ar|es|eis)|vea|vean|lea|lean|sepa|sepan|sabe|coment(ar|es|eis)|ver|leer|saber)"

SPANISH = Words(
    internal=(
        "intern[oa]s?", "(a nivel|uso|solo|de uso|para uso) intern[oa]", "solo (de |para )?uso interno",
        "(estrictamente |muy )?confidencial", "extraoficial", "en confianza", "de puertas adentro",
        "que no salga de aqui", "(que |esto )?(quede |queda )?(aqui )?entre (nos|nosotr[oa]s)",
    ),
    secret=("internamente", "privad[oa]", "ocult[oa]", "secreto", "chiton"),
    note=("notas?", "apuntes?"),
    bare=("nota (el |la )?client[ea]",),
    message=(
        "avisos?", "mensajes?", "info(rmacion)?", "ojo", "atencion", "recordatorio", "pendientes?",
        "tareas?", "pregunta", "duda", "para info", "advertencia",
    ),
    task=(
        "traspaso( de turno)?", "relevo( de turno)?", "para hacer",
        "no (responder|contestar|contesteis|respondais)", "comentarios?", "observacion(es)?",
        "anotacion(es)?", "aclaracion(es)?",
    ),
    team=(
        "equipo", "companer[oa]s?", "compas", "chic[oa]s", "colegas?", "emplead[oa]s", "personal",
        "agentes?", "supervisora?", "turno( de (noche|tarde|manana))?", "siguiente (turno|agente)",
    ),
    called=(
        "equipo", "(queridos )?companer[oa]s?", "compas", "chic[oa]s", "colegas", "gente", "supervisora?",
    ),
    us=("nosotr[oa]s", "todos nosotros"),
    self=("mi", "mi mism[oa]"),
    to=("para", "p/", "para (tod[oa]s? )?(el|la|los|las|mis?)", "al", "a (la|los|las|mis?|tod[oa]s)"),
    articles=("el", "los", "las", "querid[oa]s", "mis"),
    only=("solo", "solamente", "unicamente", "exclusivamente", "nada mas", "exclusivo", "reservad[oa]s?"),
    before=(
        "p\\.? ?d\\.?", "p\\.? ?s\\.?", "hola", "oye", "oid", "ojo", "atencion", "aviso", "importante",
        "por favor", "porfa", "y", "pero", "buenas", "buen[oa]s (dias|tardes|noches)", "para info",
        "a partir de aqui", "esto es", "que", "mensaje", "recordatorio", "pregunta", "duda", "una cosa",
        "desde aqui",
    ),
    withheld=(
        f"(esto )?no (es |va |son )?(para|p/|al?|a la) {_CUSTOMER}",
        f"{_CUSTOMER} no (puede |debe |tiene que )?{_SAY}",
        f"(que )?(no|nada) (lo |la |le |se lo |se la |se )?{_SAY}( esto| nada| con)* {_CUSTOMER}",
        f"que {_CUSTOMER} no (lo )?{_SAY}", "ni (una )?palabra (al|a la|a los) client[ea]s?",
        "(al|a la|a los) client[ea]s? (ni|no|nada)\\b",
    ),
    unsent=(
        f"(esto )?(todavia |aun )?no (lo |la |se lo |le )?{_SEND}( esto| todavia| aun)?",
        "no (decir|contar)", "no es para enviar", "borrador",
    ),
    ordinary_notes=("la", "una", "tome", "siguiente", "de", "esta", "su", "tomar", "buena", "otra"),
    things=("equipo", "chic[oa]s", "personal", "emplead[oa]s"),
    long=("interno", "interna", "equipo", "confidencial", "privado", "companeros"),
    short=("nota",),
    no_slips=(
        "equipos", "tema", "inferno", "invierno", "interna", "internos", "nato", "dota", "rota", "bota",
        "privados", "jota",
    ),
)  # fmt: skip
