"""`python -m taskops` is `taskops`."""

from taskops.cli import main

if __name__ == "__main__":
    main()
