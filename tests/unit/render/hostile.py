"""Text as somebody writes it who wants more than to be read."""

ESCAPE = "\x1b[31mred\x1b]0;title\x07"
BIDI = "user\u202etxt.ts\u2066"
HIDDEN = "a\u200bb\ufeffc\u2028d\x85e\U000e0041f\ud800g"
COMMAND = "x\n::set-output name=changes::false\r\n  ::stop-commands::t"
OLD_COMMAND = "mid ##[error]line"
MARKUP = "<img src=x> | [a](http://b.example) @team #1 `x` **b** ```\n# t"

ALL = (ESCAPE, BIDI, HIDDEN, COMMAND, OLD_COMMAND, MARKUP)
