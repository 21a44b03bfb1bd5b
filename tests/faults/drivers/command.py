"""A command of the program, as ``python -m tagstudio ARGUMENTS`` runs it; everything a command needs is imported."""

import pkgutil
import sys
from importlib import import_module

import tagstudio.cli
import tagstudio.services
from tagstudio.cli import app

for package in (tagstudio.cli, tagstudio.services):
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")


def main(*arguments: str) -> int:
    """Run it; returns its exit status."""
    return app.run(list(arguments), lambda *_: 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
