"""English.

"customer" in the third person is telling: who writes to a customer says "you". So is "team" where it is
called or addressed; "our team" and "the team will call you" are ordinary. "Please note:" and "credit note:"
are for customers.
"""

from bot.slack.text.markers.words import Words

_SEND = "(send|forward|include|paste|copy|publish|disclose|quote|leak)"
_THIRD = "((the|this|that|our) )?(customer|client|cust|cx)"
_SAY = f"({_SEND}|show|share|tell|say|mention|give|leak|reveal|read)"
_NOT = "(do not|dont|don t|never|not|cannot|can t|must not|mustn t|should not|shouldn t|may not)"
_CUSTOMER = "(the |our |this |any )?(customers?|clients?|cust|cx)"

ENGLISH = Words(
    internal=(
        "internal", "psst", "insider? info", "(for )?internal (use|eyes)", "non public",
        "off (the )?record", "internal (below|above|from here|stuff|part|talk|bit)", "among (us|ourselves)",
        "(for )?(our|your) (eyes|ears) only", "staff only", "staff eyes only", "(strictly )?confidential",
        "(just |only |strictly )?between (us|you and me|ourselves)( (colleagues|two|lot))?",
    ),
    secret=(
        "int\\.?", "pvt\\.?", "priv\\.", "intl", "(strictly )?private", "privately", "internally", "hidden", "secret", "whisper(ing)?",
        "classified", "not public", "hush", "backstage", "backchannel", "sensitive",
    ),
    note=("notes?", "nte", "ntoe", "notw", "(my|own|quick) note", "side ?notes?(?!\\s*[:,–-]+\\s*(your?|you re|you ll)\\b)", "memos?", "int\\. notes?"),
    bare=("(note|memo) (he|she|his|her|him|the customer|customer|client)", "note ?(2|to) ?self"),
    message=(
        "fyi", "cc", "attn\\.?", "f\\.y\\.i\\.", "info", "information", "heads up", "headsup", "warning",
        "reminder", "update", "message", "msg", "question", "quick question", "attention", "aside", "ps",
        "background", "off topic", "ot", "thing", "context", "details?", "feedback", "word", "tip", "alert",
        "nb", "n\\. ?b\\.?", "nota bene",
    ),
    task=(
        "to ?dos?", "hand ?overs?", "hand ?offs?", "shift (notes?|report)", "action items?", "dnr", "nts",
        "(don t|dont|do not|nobody|no one) (reply|replies|answers?|respond|post)( to)?( this| that| it| him| her)*( yet| here)?",
        "remarks?", "comments?", "hold (off|on|this|that|it)", "shift change", "shift hand ?over",
    ),
    team=(
        "team", "(support|sales|billing|tech|service|ops|dev|legal|warehouse|night|day) team",
        "team ?mates?", "colleagues?", "coll?eages?", "co ?workers?", "staff", "agents?", "folks", "crew",
        "(next|late|early|night|day|morning|evening) (shift|agent|person|colleague)", "whoever",
        "supervisors?", "employees", "insiders", "desk", "(support|front desk|floor|desk) (people|folks?|lot|crew|gang|lads|staff)",
        "back ?office", "everyone here", "everybody here",
    ),
    called=(
        "team", "(support|sales|billing|tech|service|ops|dev|legal|warehouse|night|day) team",
        "team ?mates", "colleagues?", "co ?workers", "folks", "guys", "supervisors?", "agents", "crew",
        "back ?office", "qa",
    ),
    us=(
        "us", "(our|your) eyes", "our (own )?(records|information|use)", "us all", "all of us", "ourselves",
    ),
    self=("self", "myself", "me", "my ?self"),
    to=("for", "to", "4", "2", "between", "among", "within", "(for|to) (the|all|all the|my|any|every|dear)"),
    articles=("the", "dear", "all", "my dear"),
    only=("only", "just", "strictly", "eyes only", "exclusively"),
    before=(
        "p\\.? ?s\\.?", "pps", "n\\.? ?b\\.?", "cc", "fyi", "psst", "hey", "hi", "hello", "dear", "ok(ay)?",
        "so", "well", "btw", "also", "and", "but", "heads up", "headsup", "attention", "warning", "caution",
        "important", "urgent", "careful", "reminder", "info", "update", "ping", "edit", "question",
        "quick question", "quick", "sorry", "strictly", "the following is", "this is", "from here( on)?",
        "wait", "hang on", "hm+", "umm?", "below", "above", "start", "begin", "first( of all)?", "this is an?", "morning", "yo", "oi",
    ),
    withheld=(
        f"(this is )?(not|never|nothing) (meant |intended |visible |ok )?(for|to|4) {_CUSTOMER}( eyes)?",
        f"{_NOT} {_SAY}( this| it| that| them| anything| the following)?( to| with)? {_CUSTOMER}",
        f"{_NOT} {_SEND} (this|it|that) (to )?(him|her|them|out)",
        f"{_CUSTOMER} ({_NOT}|has not|doesn t|does not|isn t|is not)( to| be| yet)* (see|read|know|find out|hear|told|shown|supposed)",
        f"(keep|hide) (this|it|that)?( away)? ?from {_CUSTOMER}",
        "keep (this|it) (internal|private|between us|quiet)", f"not to be \\w+( with| to)? {_CUSTOMER}",
        "(don t|dont|do not) (let|tell|show) (him|her|them)", f"not a word to {_CUSTOMER}",
        "(not|non) customer (facing|visible|ready|safe)",
        f"(hidden|kept|invisible|not visible|not shown|withheld) (from|to|for) {_CUSTOMER}",
        "(visible|shown) (only )?(to|for) (us|staff|the team|agents)( only)?",
        "keep(ing)? (this|it|that|these)( one| bit)? (all )?(in|within|inside|among|amongst|to|on) (the |our |this )?(team|house|us|ourselves|yourselves|your ?self|desk|office|slack|thread|channel|staff)",
        "((this|that|it|the following) )?(stays|remains|has to stay|must stay|should stay) (strictly )?(here|in here|internal|private|(in|within|inside|with|between|among|on) (the |our |this )?(team|us|house|desk|office|slack|thread|channel|room|staff|ourselves))",
        "(he|she|they) (must|should|may|can|does|do|is|are)( not|n t|nt| t| never) (to )?(see|know|read|find|hear|aware|be told|supposed)",
        f"{_NOT} (in|on|into) (the |this )?(live |customer |public )*chat",
        f"{_NOT} {_SEND}( this| it| that)? (in|on|into|to) (the |this )?(live |customer |public )*chat",
        f"{_NOT} (let|have) (this|it|that) (slip|leak|out|get out|leave|reach)",
        "(re)?view (this )?(before|prior to) (it|this|we|i|you|sending)( goes| is| send)?( out)?",
        "(must|should|does) ?(not|n t)? ?(leave|get out of) (this|the) (team|thread|room|channel)",
        "nobody (outside|but us|else)( the| our| this)?( team| desk)?", "not (one|a) word (of this )?(outside|to)",
        "not (for|to) (his|her|their) (eyes|ears)", "not to leave (this|the) (room|team|thread|channel|desk)",
        "(don t|dont|do not|never) let (the |our )?(customer|client|cust|cx)", "(customer|client) (hidden|invisible)",
        f"{_NOT} {_SAY}( this| it| that| anything)?( to| with) (him|her|them)",
        "(he|she|they) ?(does|do|must|should)?( not|n t|nt| t)? (need|have|has) to (know|see|hear|find)",
        "(nobody|no one|none of us|no ?body) (should |may |must )?(answer|reply|send|touch|write|promise|mention)",
        "(not|non|never) client (facing|visible|ready|safe)",
    ),
    unsent=(
        f"{_NOT} {_SEND}( this| it| that)?( part| bit| yet| on| out)*",
        "not to be (sent|shared|forwarded|posted)", "not (sent|answered|approved) yet",
        "(don t|dont|do not) (reply|answer|respond)( to)? (this|that) one", f"{_NOT} {_SAY}",
        "not for (sending|sharing|customers?|clients?)", "unsent", "not (for|to) (him|her|them)", "not for (the )?chat", "(don t|dont|do not) pass (this|it|that) on",
    ),
    ordinary_notes=(
        "please", "credit", "delivery", "release", "a", "the", "this", "following", "bank", "take", "of",
        "to", "and", "important", "quick", "your", "kindly", "do", "also", "also please", "side", "debit",
        "sick", "fit", "gift", "thank you",
    ),
    long=("internal", "internally", "private", "confidential", "colleagues", "team only"),
    short=("note", "notes", "memo", "team"),
    no_slips=(
        "internet", "eternal", "inter", "interim", "interval", "interns", "stuff", "privates", "pirate",
        "tame", "meat", "mate",
    ),
    hails=(
        "hey( there)?", "hi( there)?", "hello", "yo", "oi",
        "hiya", "heya", "(good )?morning", "(good )?evening", "sup",
        "psst", "ok", "ahoy", "howdy", "(a )?question for",
        "shout out to", "calling",
    ),
    hailed=(
        "guys", "folks", "you (lot|guys|all|people)", "y all", "lads",
        "gang", "peeps", "mates", "crew", "(support|desk|shift|floor|office) (people|folks?|lot|crew|gang|lads)",
        "(next|day|night|late|early|morning|evening) (shift|crew)", "team (please|pls)", "fellow (agents|colleagues)",
    ),
    speaks=(
        "(don t|dont|do not|should|must)", "(does|did|do|has|have|is|are|was|can|could|would|will|shall) (anyone|anybody|someone|somebody|we|he|she|this|that|it|one of you|you)", "who( s| is| has| can| knows| took)?", "anyone", "any", "he",
        "she", "they", "please", "pls", "plz",
        "i", "i m", "we", "need", "what",
        "where", "why", "how", "careful", "be",
        "fyi", "just", "let s", "lets", "look",
        "remember", "watch", "hold", "stop", "never",
        "this", "that", "the (customer|client|guy|lady)", "no", "quick",
        "help",
    ),
    next_one=(
        "whoever (\\w+ )?(picks|takes|gets|handles|has|reads|sees|follows|continues|is|comes|opens|grabs|works)", "(the )?next (person|agent|shift|colleague|guy|one up|in line|on shift|on duty)", "(the )?(incoming|oncoming|next|night|day|late|early|morning|evening|weekend) (shift|crew)",
    ),
    slips=(
        "heads ?up", "(sticky |post it )?notes?", "message", "msg", "memo", "slip",
        "post ?its?", "sticky", "ping", "question", "word",
    ),
    take_over=(
        "(can|could|would|will) you (please |pls )?(take over|take this (one|over|chat|case|conversation)|pick this (one )?up|cover (for )?me|jump in( here)?|step in|handle this( one)?)", "(please |pls )?(take over|take this (one|chat) (over|from)|pick this up)( please| pls| here)?", "over to you", "your turn( now)?", "any of you( lot| guys)?", "can (someone|anyone|somebody) (take over|take this|cover|pick this up|jump in|grab this)", "(anyone|someone) (in|from|on) (the )?team",
    ),
    draft=(
        "(rough |first |reply )?drafts?", "wip", "work in progress", "(still|am) typing", "d r a f t",
    ),
    unfinished=(
        "unfinished", "(still )?not (finished|final|done|ready)( yet)?", "half (done|finished|written)", "incomplete", "(still )?(typing|writing)( this)?",
        "to be (reviewed|checked|approved)", "review( this)?", "(for|needs|awaiting|pending) (review|approval|sign ?off)",
    ),
    about=(
        f"{_THIRD} (also |just |still |really |clearly |obviously |probably |already |again |now )*(says|said|wants|wanted|claims|claimed|lied|lies|threatened|threatens|thinks|thought|insists|insisted|complained|complains|swears|hates|knows|suspects|screamed|shouted|cried|refuses|refused|called|hung up|keeps|sounds|seems|mentioned|admitted|won t|wont|wouldn t|freaked|exploded)",
        f"{_THIRD} ((is|was|s) )?(also |just |still |really |clearly |obviously |probably |very |so |being |getting )*(a (liar|pain|nightmare|fraud|scammer|regular|idiot|jerk)|lying|angry|furious|annoyed|upset|rude|drunk|difficult|crazy|mad|wrong|suspicious|unhappy|livid|fuming|vip|abusive|bluffing|threatening|yelling|shouting|on to us|unaware|not aware|clueless|high risk|blacklisted|flagged)",
        f"{_THIRD} (is|was) (an? )?(known|repeat|serial|total|complete|real|absolute|frequent|typical|former)", f"{_THIRD} (has|had) (already |also |just |now )*(lied|threatened|complained|called|asked|no idea|no clue|been (lying|rude|warned|flagged|blacklisted|banned))",
        f"{_THIRD} (doesn t|does not|didn t|did not|has not|hasn t) (know|notice|realise|realize|understand|get it)",
        "(does|can|will|did|could|would) (the |this )?(customer|client|cust|cx) (actually |really |also |still )?(see|read|get|receive|view|notice)",
        "(does|do|can|will|did|could) (he|she|they) (actually |really |also )?(see|read) (what (we|i)|our|my)", "(does|can|will|did|could) (he|she|they) (actually |really |also )?(see|read) (this|that|these|what i|my|our)( here| thread| message| note| chat)?\\s*[?,]",
        "(is|are|was) (this|that|it|these|my \\w+|our \\w+|the thread) (visible|shown|hidden|public|going) ?(out )?(to|for|from) (the |our )?(customers?|clients?|cust|cx|him|her|them)",
        "is (the )?(customer|client|cx) (still )?(reading|seeing|watching|in) (this|here|along)",
    ),
)  # fmt: skip
