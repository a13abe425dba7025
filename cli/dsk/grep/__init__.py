"""Lines of files that a description fits.

``lines`` reads them, ``deciding`` has them decided by the engine of ``dsk.map``, ``selecting`` writes them in their
order.
"""
