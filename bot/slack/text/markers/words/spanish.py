"""Spanish.

"Equipo" is also equipment, so an address to it needs a colon or the like. "Nota de crédito" is a document
and "la nota" a mark; "Nota:" at the start of a line is held all the same.
"""

from bot.slack.text.markers.words import Words

_CUSTOMER = "(el |la |los |las |al |a la |a los )?client[ea]s?"
_SEND = "((re)?envi(ar|es|e|en|eis|ad)|mand(ar|es|e|en|eis|ad)|compart(ir|as|a|an|ais)|publi(car|ques|que|quen)|difund(ir|as|a|an|ais)|sac(ar|ques|quen)|pas(ar|es|en|eis)|incluir|incluyais)(lo|la|selo|sela)?"
_THIRD = "((el|la|este|esta|ese|esa|nuestr[oa]) )?client[ea]"
_SAY = f"({_SEND}|dec(ir|irle|irselo)|dig(a|as|ais)|ensen(ar|es|eis)|mostr(ar|es)|cont(ar|es|eis)|vea|vean|lea|lean|sepa|sepan|sabe|coment(ar|es|eis)|ver|leer|saber)(le|les)?"

SPANISH = Words(
    internal=(
        "intern[oa]s?", "(a nivel|uso|solo|de uso|para uso) intern[oa]", "solo (de |para )?uso interno",
        "(estrictamente |muy )?confidencial", "extraoficial", "en confianza", "de puertas adentro", "(en )?privado,? (compis|compas|equipo|chic[oa]s|companer[oa]s)", "entre (companer[oa]s|colegas|compas|compis|el equipo)",
        "que no salga de aqui", "(que |esto )?(quede |queda )?(aqui )?entre (nos|nosotr[oa]s)",
    ),
    secret=("pvdo", "priv\\.", "en privado", "internamente", "privad[oa]", "ocult[oa]", "secreto", "chiton"),
    note=("notas?", "nto", "ntoa", "nta", "notita", "nota (mia|nuestra|propia|rapida|para mi)", "apuntes?"),
    bare=("nota (el |la )?client[ea]", "(es )?nota (mia|nuestra|propia)"),
    message=(
        "avisos?", "mensajes?", "recados?", "consulta", "pd", "info(rmacion)?", "ojo", "atencion", "recordatorio", "pendientes?",
        "tareas?", "pregunta", "duda", "para info", "advertencia",
    ),
    task=(
        "traspaso( de turno)?", "cambio (de )?turno", "entrega de turno", "pase de turno", "relevo( de turno)?", "para hacer",
        "no (responder|contestar|contesteis|respondais)", "comentarios?", "observacion(es)?",
        "anotacion(es)?", "aclaracion(es)?",
    ),
    team=(
        "equipo", "companer[oa]s?", "compas", "compis", "chic[oa]s", "team", "colegas?", "emplead[oa]s", "personal",
        "agentes?", "supervisora?", "turno( de (noche|tarde|manana))?", "siguiente (turno|agente)",
    ),
    called=(
        "equipo", "compis", "compi", "compadres?", "(queridos )?companer[oa]s?", "compas", "chic[oa]s", "colegas", "gente", "supervisora?",
    ),
    us=("nosotr[oa]s", "nuestros (ojos|oidos)", "todos nosotros"),
    self=("mi", "mi mism[oa]"),
    to=("para", "p/", "pal?", "(para|a) (los|las) (del?|de la)", "pa (el|la|los|las|mis?)", "para (tod[oa]s? )?(el|la|los|las|mis?)", "a todo (el|mi)", "al", "a (la|los|las|mis?|tod[oa]s)"),
    articles=("el", "los", "las", "querid[oa]s", "mis"),
    only=("solo", "solamente", "unicamente", "exclusivamente", "nada mas", "exclusivo", "reservad[oa]s?"),
    before=(
        "p\\.? ?d\\.?", "p\\.? ?s\\.?", "hola", "oye", "oid", "ojo", "atencion", "aviso", "importante",
        "por favor", "porfa", "y", "pero", "buenas", "buen[oa]s (dias|tardes|noches)", "para info",
        "a partir de aqui", "esto es", "espera", "que", "che", "eh", "ey", "oigan", "primero", "esto es una?", "mensaje", "recordatorio", "pregunta", "duda", "una cosa",
        "desde aqui",
    ),
    withheld=(
        f"(esto )?no (es |va |son )?(para|p/|al?|a la) {_CUSTOMER}",
        f"{_CUSTOMER} no (puede |debe |tiene que )?{_SAY}",
        f"(que )?(no|nada) (lo |la |le |se lo |se la |se )?{_SAY}( esto| nada| con)* {_CUSTOMER}",
        f"que {_CUSTOMER} no (lo )?{_SAY}", "ni (una )?palabra (al|a la|a los) client[ea]s?",
        "(al|a la|a los) client[ea]s? (ni|no|nada)\\b",
        f"(nada|ni (una )?palabra)( de (esto|esta|lo|todo))?( \\w+)? (para |a |al ){_CUSTOMER}",
        f"(oculto|oculta|escondido|invisible|no visible|no se ve) (para|a|al|del?) ?{_CUSTOMER}",
        "(visible|solo visible) (solo )?(para|por) (el equipo|nosotr[oa]s|agentes)",
        "(esto |todo esto |que |y )?(se )?(queda|quede|quedese|quedarse) (solo |todo )?(en (el |este |nuestro )?(equipo|casa|grupo|canal|hilo|chat interno)|aqui|entre|dentro|con nosotr[oa]s)",
        "(que |esto |y )*no (salga|sale|salgais|puede salir|debe salir) (de|del|fuera)( este| el)?( aqui| equipo| canal| grupo| hilo| casa)?",
        "(que )?(esto |lo |eso )?no (le|les|se) (le |lo )?(llegue|entere|muestre|filtre|envie|reenvie|ensene|diga)",
        f"no (se )?(lo |la |los |las |le |les )?{_SEND}( esto| eso| nada)? a (el|ella|ellos|ellas)(?!\\s\\w+\\s?@)",
        "no (se )?(lo |la |le )?(reenviar|reenvi\\w+|compart\\w+|sacar|difund\\w+|mandar|contar) (fuera|afuera)",
        f"no (lo |la )?(poner|pongas|pongan|pongais|escribir|escribas|{_SEND})( esto| lo)? (en|por) el chat",
        "no (en|por) el chat", "fuera del? chat", "(esto )?(es )?para (usted|ti|vosotr[oa]s|ustedes) y no para (el|ella|ellos)",
        "(guardad|guarden|guarda|guardaos|guardense)(lo)?( esto)? (para|entre|en) (vosotr[oa]s|ustedes|ti|el equipo)",
        "revis(ar|ad|en|a|alo|arlo|enlo) antes (de|que) (enviar|mandar|se|salga|publicar)\\w*",
        "solo (lo |la |esto )?(leemos|vemos|sabemos|ve|lee|leen|ven) (nosotr[oa]s|el equipo|agentes)",
    ),
    unsent=(
        f"(esto )?(todavia |aun )?no (lo |la |se lo |le )?{_SEND}( esto| todavia| aun)?",
        "no (decir|contar)", "no es para enviar", "no (le|les) (digas|digan|digais|cont\\w+)( nada)?", "(todavia |aun )?no (responder|contestar)(le)?", "no (para|a) (el|ella)",
    ),
    ordinary_notes=("la", "una", "tome", "siguiente", "de", "esta", "su", "tomar", "buena", "otra"),
    things=("equipo", "chic[oa]s", "personal", "emplead[oa]s"),
    long=("interno", "interna", "equipo", "confidencial", "privado", "companeros"),
    short=("nota",),
    no_slips=(
        "equipos", "tema", "inferno", "invierno", "interna", "internos", "nato", "dota", "rota", "bota",
        "privados", "jota",
    ),
    hails=(
        "hola", "oye", "oiga", "oigan", "oid",
        "oigan", "che", "eh", "ey", "epa",
        "hey", "hi", "buenas", "buen[oa]s (dias|tardes|noches)", "buen dia",
        "que tal", "ojo", "atencion", "aviso", "venga",
        "orale", "quiubo", "ei",
    ),
    hailed=(
        "chic[oa]s", "chavales", "compis", "compas", "companer[oa]s",
        "compadres", "gente", "muchach[oa]s", "cabros", "pibes",
        "jef[ea]", "jef[ea]s", "familia", "peques", "equipo \\w+",
        "(el|al) que (siga|tome|coja|retome)", "tropa", "cuates", "parceros", "panas", "\\w+ y (demas|compania|los demas)",
        "turno de (noche|tarde|manana|dia)",
    ),
    speaks=(
        "no", "por favor", "porfa", "porfis", "que",
        "quien", "alguien", "como", "cuando", "donde",
        "alguno", "este", "esta", "ese", "esa",
        "el", "ella", "ojo", "cuidado", "ya",
        "hay", "sabeis", "saben", "podeis", "pueden",
        "puede", "mirad", "miren", "dejad", "dejen",
        "le", "lo", "yo", "me", "si",
        "esto", "tened", "tengan", "necesito", "ayuda",
        "urge",
    ),
    next_one=(
        "(el|la|al|a la|los|para el|para la|lo|a los)? ?que (siga|sigue|sigan|continue|coja|tome|retome|lleve|venga|entre|atienda|este)", "(siguiente|proxim[oa]) (turno|agente|companer[oa]|persona|compa|compi)", "(a )?quien le toque", "quien (siga|tome|coja|retome|lleve|venga|entre|atienda|lea|este)", "turno (siguiente|entrante|de (noche|tarde|manana|dia))",
    ),
    slips=(
        "recad(o|ito)", "not(a|ita)", "mensaje", "aviso", "post ?it",
        "papelito", "pregunta", "duda", "memo",
    ),
    take_over=(
        "(puedes|podrias|puede|podes|podras) (tu |vos |por favor |porfa )?(seguir (tu|vos)|tomarlo|tomar(lo)? tu|encargarte|cogerlo|coger este|hacerte cargo|retomar(lo)?|relevarme|cubrirme)", "te (encargas|lo paso|la paso|toca seguir)( tu| de este)?", "(sigues|sigue|seguis) (tu|vos)", "toma(lo)? tu", "hazte cargo",
        "cogelo", "relevame", "alguien (del|de el|en el) (equipo|team|turno)", "alguien (puede|que) (tomar|seguir|cubrir|coger|cubrirme|relevarme|lo coja|siga)(lo|le)?",
    ),
    draft=(
        "borrador(es)?( de (respuesta|mensaje))?", "bosquejo",
    ),
    unfinished=(
        "(sin|aun sin|todavia sin) (terminar|revisar|acabar|enviar|aprobar)", "a medias", "a medio (escribir|hacer)", "incompleto", "no (esta )?(terminado|acabado|listo|definitivo)( aun| todavia)?",
        "(pendiente|falta) (de )?(revisar|revision|aprobar|aprobacion)", "para revisar", "por (revisar|terminar|aprobar)",
    ),
    about=(
        f"{_THIRD} (ya |nos |otra vez |siempre nos |encima |no )*(miente|mintio|amenaza|amenazo|dice|dijo|quiere|quiso|cree|insiste|sospecha|sabe|grita|exige|pide (descuento|hablar)|pidio|llamo|colgo|anda|reclama|reclamo|se (queja|quejo|enfado|enojo|hace|cree|puso)|(esta )?(muy |super |bien |que )?(harto|harta|enfadad\\w+|furios\\w+|enojad\\w+|loc\\w+|mintiendo|trina|borrach\\w+|equivocad\\w+|al tanto|enterad\\w+|molest\\w+|hecho)|es (un |una |muy |bastante )?(mentiros\\w+|pesad\\w+|insoport\\w+|complicad\\w+|morros\\w+|vip|primo|amig\\w+|difici\\w+)|va de|viene con)",
        "(esto |eso |este mensaje )?(lo |la )?(ve|lee|vera|puede ver|puede leer|le llega) (esto |esto a )?(el|la|al|a la) client[ea]",
        "(el|la) client[ea] (ve|lee|puede ver|puede leer) (esto|este|el hilo|esta)",
        "(el|ella|ellos) (lee|leen|ve|ven) (esto|este)", "(esto|eso) (le llega|lo ve|lo lee|lo vera|se ve)( a)? (el|ella|al client[ea]|a la client[ea])",
    ),
)  # fmt: skip
