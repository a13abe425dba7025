"""Tools: programs of the user's that a model may call. What is asked of the model is not known here.

``finding.find_tools`` makes a ``tool`` of each by what it says of itself; ``consent`` knows whether a call may run;
``calling.run_calls`` runs calls and gives what the model is told.
"""
