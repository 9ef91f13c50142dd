"""How a coder fills in a sheet: Dutch, with English beside it."""

INSTRUCTIONS: tuple[tuple[str, str], ...] = (
    (
        "Vul alleen de gekleurde kolommen Codes en Opmerking in. Laat de andere cellen en de "
        "volgorde van de rijen zoals ze zijn: filteren mag, sorteren niet.",
        "Fill in only the coloured columns Codes and Opmerking (note). Leave the other cells and "
        "the order of the rows as they are: filter if you like, but don't sort.",
    ),
    (
        "Codeer wat de werker doet. De grijze rijen (van de cliënt of een ander) zijn context en "
        "krijgen geen code.",
        "Code what the worker does. Grey rows (of the client or another) are context and get no "
        "code.",
    ),
    (
        "Meer codes in één cel: zet er een komma tussen, zoals DT, HC. Hoofdletter of kleine "
        "letter maakt niet uit.",
        "Several codes in one cell: part them by commas, such as DT, HC. Case doesn't matter.",
    ),
    (
        "Past geen enkele code? Schrijf dan: geen. Een lege cel betekent dat u de uiting nog niet "
        "beoordeeld hebt.",
        "Does no code apply? Write: geen. An empty cell means that you haven't judged the "
        "utterance yet.",
    ),
    (
        "Cursieve grijze rijen van de werker zijn alleen aanmoediging (hm hm, ja) en hoeven geen "
        "code; het mag wel.",
        "The worker's rows in grey italics are only encouragement (hm hm, ja) and need no code; "
        "you may give one.",
    ),
    (
        "Staat er een kolom Voorstel, dan komt die van een model. Het is een voorstel: uw eigen "
        "oordeel telt. Staat er niets in Codes, dan wordt het voorstel niet overgenomen.",
        "A column Voorstel (suggestion) comes from a model. It only suggests: your own judgement "
        "counts. If Codes is left empty, the suggestion is not taken over.",
    ),
    (
        "De codes met hun uitleg staan op het werkblad codeboek.",
        "The codes and what they mean are on the worksheet codeboek.",
    ),
)
