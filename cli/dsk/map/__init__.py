"""Many prompts: records in, a line out for each, many of them under way at a time.

``reading`` makes records of bytes, ``prompting`` asks of each, ``crew`` has them answered by threads, ``lines`` writes
what came, and ``held`` knows what an output file has already. Memory does not grow with the number of records.
"""
