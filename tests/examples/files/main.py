"""Greet somebody."""


def greet(name: str) -> str:
    """A greeting for a name."""
    return f"Hello, {name}!"
