"""How the English model that ships with unknot is made: `python -m models.recipe STEP`."""
