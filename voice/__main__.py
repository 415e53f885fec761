"""`python -m voice` is `unknot`."""

from voice.cli import main

main(prog_name="unknot")
