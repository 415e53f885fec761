"""How well a model hears: the parts of `python -m models.recipe report`."""
