"""A sound card, other people's voices and a pair of ears, for the tests."""
