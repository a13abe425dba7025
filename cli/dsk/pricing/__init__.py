"""What tokens cost: prices, peak hours and the arithmetic. Pure; the tables themselves are read in ``dsk.state``."""
