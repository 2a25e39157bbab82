"""Text models: the one that is none, and encoders of transformers from a folder."""

from pathlib import Path

import numpy as np
import pytest

from homesec.errors import ModelUnavailable
from homesec.search.models import embedding, text_model
from homesec.settings import SearchSettings

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "person", "dog", "at", "night")


def test_the_fake_finds_texts_alike_that_share_words_and_says_that_it_is_none(tmp_path: Path) -> None:
    spec = text_model(SearchSettings(model="fake:hash-words"), tmp_path)
    assert spec is not None
    assert "fake" in str(spec.stand_in)
    model = spec.load()
    one, same, other, empty = model.embed(["A person, at night", "persons at the NIGHT", "a truck passed", " "])
    assert np.linalg.norm(one) == pytest.approx(1.0, abs=1e-6)
    assert one @ same > 0.6 > 0.5 > one @ other
    assert not empty.any()
    assert embedding(model, "-") is None


def test_no_model_is_none_and_a_wrong_name_is_an_error(tmp_path: Path) -> None:
    assert text_model(SearchSettings(), tmp_path) is None
    with pytest.raises(ModelUnavailable, match=r"search\.model is one of"):
        text_model(SearchSettings(model="guess"), tmp_path)


def test_an_encoder_is_loaded_from_its_folder(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    BertModel(config).save_pretrained(folder)
    spec = text_model(SearchSettings(model="transformers:tiny"), tmp_path)
    assert spec is not None
    model = spec.load()
    assert (model.name, model.dimension) == ("transformers:tiny", 16)
    alone = model.embed(["a person"])
    one, longer, empty = model.embed(["a person", "a dog at night at night", ""])
    np.testing.assert_allclose(alone[0], one, atol=1e-5)  # padding beside a longer text changes nothing
    assert np.linalg.norm(longer) == pytest.approx(1.0, abs=1e-5)
    assert not empty.any()


def test_a_folder_that_holds_no_encoder_is_said_in_words(tmp_path: Path) -> None:
    spec = text_model(SearchSettings(model="transformers:nothing"), tmp_path)
    assert spec is not None
    with pytest.raises(ModelUnavailable, match="holds no text encoder"):
        spec.load()
