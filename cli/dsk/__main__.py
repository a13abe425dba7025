"""``python -m dsk``: the same program as the ``dsk`` command."""

from dsk.main import run

if __name__ == "__main__":
    run()
