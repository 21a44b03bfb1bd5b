"""Options that several commands share."""

from typing import Annotated

import typer

Query = Annotated[
    str, typer.Argument(metavar="[QUERY]", help="Which tracks; everything when left out.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
