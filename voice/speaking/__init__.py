"""Speaking: text becomes sound in a worker process, and our own stream plays it.

Nothing is imported here, so that the worker process stays small; take what is
needed from `voice.speaking.speaker` and its neighbours.
"""
