"""From events to bytes on descriptors. Knows nothing of the network and of how the events came about."""
