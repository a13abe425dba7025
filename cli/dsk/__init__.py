"""dsk: stream chat completions to stdout, token by token.

The rooms are told of in CONTRIBUTING.md, each one's ``__init__`` says what it is for and where it begins. The way of
``dsk ask``, to be read in this order:

- ``main``: argv to a job, and the one place that ends the process
- ``commands.root``, ``commands.ask``: flags to ``AskSettings``
- ``jobs.asking``: ``prompt.compose`` makes the messages, ``request.body`` the body
- ``jobs.delivering``, ``jobs.exchanging``: ``wire.preconnection`` sends the request, before the rest is loaded
- ``exchange.loop``: attempts, until the answer is there; bytes come from ``wire.posting``
- ``exchange.reception``: ``stream.decoder`` makes events of bytes, ``stream.answer`` gathers them
- ``output.printer``: what has come is written, ``state.log`` keeps it
- ``exchange.concluding``: everyone is told of the end, and a failure is raised
"""

__version__ = "0.1.0"
