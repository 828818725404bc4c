"""Words that buttons, pages and figures show by themselves, in one place for who translates them.

Scripts find them in the page (see site/theme.py). What verdicts say stands in `belowzero.claims`,
what exercises answer in `belowzero.exercises`.
"""

WORDS = {
    "play": "Play",
    "pause": "Pause",
    "show": "Show",
    "you": "you",  # beside the line that the reader drew
    "large": "Large",
    "close": "Close",
    "prediction": "Your prediction",  # and its number
    "predicted": "You predicted:",
    "answers": "Answers",
    "right": "✓ right",
    "wrong": "not this one",
    "read on": "Read on",
    "minute": "a minute",
    "minutes": "{} minutes",
    "sideways": "Scroll sideways for more",
    "verdict": "verdict",
    "source": "source",
    "chapter": "chapter",
    "all": "all",
    "claims": "{} of {} claims",
}
