"""What the user says: words, stdin, files and the editor, as messages. It knows nothing of servers or models.

``compose.compose`` puts all of it together; a file here is one thing that it is made of.
"""
