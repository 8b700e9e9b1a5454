"""Words that tell a text's language and nothing about its subject. Folded as `search.fold` does it."""

_EN = """
a about after all also am an and any are as at be been before but by can can't could did didn't do does don't
for from get got had has hasn't have hello hey hi how i i'd i'll i'm i've if in into is isn't it its just know
let like many may me more much my need no not of ok okay on one or our out please question sell so some still
tell than thank thanks that the their them then there these they this to too us very want was we were what
what's when where which who why will with won't would yes yet you you're your
"""
_DE = """
aber als am an auch auf aus bei bin bis bitte da danke das dass dem den der des die dir doch du ein eine einem
einen einer er es fur gibt guten habe haben hallo ich ihr ihre ihnen im in ist ja kann kein keine konnen
man mein meine meinen meiner mich mir mit mochte nach nein nicht noch nur ob oder schon sehr sein sich sie
sind so uber um und uns unter vom von vor wann war warum was weil wenn wer werden wie wieder wir wird wo
wurde zu zum zur
"""
_ES = """
a al algo como con cual cuando cuanto de del donde el ella en era es esa ese esta estan estar este esto estoy
favor fue gracias ha hace hay he hola la las le les lo los mas me mi mis mucho muy necesito ni no nos o para
pero por porque puede puedo que quiero se si sin sobre soy su sus tambien te tengo tiene tu un una unos usted
y ya yo
"""
_FR = """
a ai apres au aussi aux avec avez avoir bonjour c'est ca ce cela ces cet cette combien comme comment dans de
des deux donc du elle en est et etre fait faut il ils j'ai je l la le les leur lui ma mais me merci mes moi
mon ne nous on ont ou par pas peut peux plait pour pourquoi quand que quel quelle qu'est qui quoi sa
salut sans se ses si s'il son sont suis sur tres tu un une vos votre voudrais vous y
"""

STOP_WORDS = {
    name: frozenset(words.split()) for name, words in (("en", _EN), ("de", _DE), ("es", _ES), ("fr", _FR))
}
"""By language, with apostrophes inside ("don't")."""

ALL_STOP_WORDS = frozenset(
    part for words in STOP_WORDS.values() for word in words for part in word.split("'")
)
"""Of all languages, split at apostrophes ("don", "t")."""
