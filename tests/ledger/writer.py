"""A process that writes a file ledger until it is killed: `writer.py FOLDER WORD`."""

from __future__ import annotations

import resource
import sys
from itertools import count
from pathlib import Path

from ledger.cases import closing_of, file_ledger, opening, record, records


def main(folder: Path, word: str) -> None:
    ledger, one = file_ledger(folder), opening()
    if word == "hold":
        ledger.open(one, ledger.read().revision)
        tell("open")
        sys.stdin.read()
    elif word == "full":
        ledger.open(one, ledger.read().revision)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        tell(ledger.close(closing_of(one, record())))
    else:
        write_for_ever(folder)


def write_for_ever(folder: Path) -> None:
    for number in count():
        ledger, one = file_ledger(folder), opening()
        ledger.open(one, ledger.read().revision)
        ledger.flush(records(record("price-watch", number)))
        ledger.close(closing_of(one, record("other", number)))
        if number == 0:
            tell("ready")


def tell(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


main(Path(sys.argv[1]), sys.argv[2])
