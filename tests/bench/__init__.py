"""`make bench`: how fast the parts are that a patient or the desk waits for, each beside a limit of the same run.

A figure alone says more of the machine than of the program. So each is taken next to a limit: the least that any program
would have to do for the same (the bare inserts, one indexed query). The two take turns, and their ratio is what to watch.
"""
