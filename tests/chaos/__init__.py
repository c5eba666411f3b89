"""All of Stridewell as separate processes, and everything around them made to fail.

`fleet` starts and kills the processes, `outside` is the mail server and the gateway for texts, `storm` books through the
pages while things fail and then counts. `settings` and `worker` are what the processes run with.
"""
