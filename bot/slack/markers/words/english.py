"""English.

"customer" in the third person is telling: who writes to a customer says "you". So is "team" where it is
called or addressed; "our team" and "the team will call you" are ordinary. "Please note:" and "credit note:"
are for customers.
"""

from bot.slack.markers.words import Words

_SEND = "(send|forward|include|paste|copy|publish|disclose|quote|leak)"
_SAY = f"({_SEND}|show|share|tell|say|mention|give|leak|reveal|read)"
_NOT = "(do not|dont|don t|never|not|cannot|can t|must not|mustn t|should not|shouldn t|may not)"
_CUSTOMER = "(the |our |this |any )?(customers?|clients?|cust|cx)"

ENGLISH = Words(
    internal=(
        "internal", "psst", "insider? info", "(for )?internal (use|eyes)", "non public",
        "off (the )?record", "(strictly )?confidential",
        "(just |only |strictly )?between (us|you and me|ourselves)( (colleagues|two|lot))?",
    ),
    secret=(
        "int\\.", "(strictly )?private", "privately", "internally", "hidden", "secret", "whisper(ing)?",
        "classified", "not public", "hush", "backstage", "backchannel", "sensitive",
    ),
    note=("notes?", "side notes?", "sidenotes?", "memos?", "int\\. notes?"),
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
        "remarks?", "comments?", "hold (off|on|this|that|it)",
    ),
    team=(
        "team", "(support|sales|billing|tech|service|ops|dev|legal|warehouse|night|day) team",
        "team ?mates?", "colleagues?", "coll?eages?", "co ?workers?", "staff", "agents?", "folks", "crew",
        "(next|late|early|night|day|morning|evening) (shift|agent|person|colleague)", "whoever",
        "supervisors?", "employees", "insiders", "back ?office", "everyone here", "everybody here",
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
    to=("for", "to", "4", "2", "(for|to) (the|all|all the|my|any|every|dear)"),
    articles=("the", "dear", "all", "my dear"),
    only=("only", "just", "strictly", "eyes only", "exclusively"),
    before=(
        "p\\.? ?s\\.?", "pps", "n\\.? ?b\\.?", "cc", "fyi", "psst", "hey", "hi", "hello", "dear", "ok(ay)?",
        "so", "well", "btw", "also", "and", "but", "heads up", "headsup", "attention", "warning", "caution",
        "important", "urgent", "careful", "reminder", "info", "update", "ping", "edit", "question",
        "quick question", "quick", "sorry", "strictly", "the following is", "this is", "from here( on)?",
        "below", "above", "start", "begin",
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
    ),
    unsent=(
        f"{_NOT} {_SEND}( this| it| that)?( part| bit| yet| on| out)*",
        "not to be (sent|shared|forwarded|posted)", "not (sent|answered|approved) yet",
        "(don t|dont|do not) (reply|answer|respond)( to)? (this|that) one", f"{_NOT} {_SAY}",
        "not for (sending|sharing|customers?|clients?)", "draft", "unsent",
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
)  # fmt: skip
