from __future__ import annotations

import pytest

from models.recipe.pronunciations import Pronunciations
from tests.recipe.dictionary import known


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Pronunciations:
    """How a few dozen words are said."""
    return known(tmp_path_factory.mktemp("dictionary"))
