"""What commands do once argv is understood: each job joins the rooms it needs and returns a status.

The way of a question: ``asking`` makes its body, ``delivering`` finds the way to the server, ``exchanging`` runs it
there. ``settling`` has what flags, environment, profile and defaults come to together, ``settings`` what the user
said. Commands of several jobs have a folder each (``log``, ``sessions``, ``map``, ``sh`` ...).
"""
