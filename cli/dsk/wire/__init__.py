"""The one door to the network. Foreign exceptions are translated here and nowhere else.

It knows endpoints, keys and bytes; nothing of frames, events or what is printed.
"""
