"""What goes in, what comes out and where it lies, against the bare networks asked by hand; not what is seen."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from homesec.domain.insights import Embedding
from homesec.errors import ModelUnavailable
from homesec.vision.zoo import actions, demographics, embeddings, threats, vitpose
from tests.zoo.pictures import crop, picture

MEAN, SPREAD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)  # of CLIP


def prepared(image: NDArray[np.uint8], mean: tuple[float, ...] = MEAN, spread: tuple[float, ...] = SPREAD) -> Any:
    """As a tensor of 32 x 32 pixels, shape (3, 32, 32)."""
    import torch

    pixels = torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float()
    small = torch.nn.functional.interpolate(pixels, (32, 32), mode="bicubic", antialias=True)
    small = small.round().clamp(0, 255)[0] / 255
    return (small - torch.tensor(mean)[:, None, None]) / torch.tensor(spread)[:, None, None]


def network(name: str, folder: Path) -> Any:
    import transformers

    return getattr(transformers, name).from_pretrained(folder).eval()


def test_points_are_the_librarys_own_for_the_frame_itself(networks: Path) -> None:
    """Asked by hand about the whole frame with the box in its pixels; the capability sees the crop alone."""
    import torch
    from transformers import VitPoseImageProcessor

    one, frame = crop(1), picture(360, 640, 1)
    (insight,) = vitpose.load(str(networks / "vitpose"), networks, "cpu").say([one])
    assert insight.detection_id == 1
    assert insight.pose is not None
    boxes = [[[0.25 * 640, 0.2 * 360, 0.25 * 640, 0.7 * 360]]]  # left, top, width, height
    processor: Any = VitPoseImageProcessor.from_pretrained(networks / "vitpose")
    inputs = processor([frame], boxes=boxes, input_data_format="channels_last", return_tensors="pt")
    with torch.inference_mode():
        outputs = network("VitPoseForPoseEstimation", networks / "vitpose")(**inputs)
    ((expected,),) = processor.post_process_pose_estimation(outputs, boxes=boxes)
    points = np.array(insight.pose.keypoints)
    places = expected["keypoints"].numpy() / [640, 360]
    near = np.abs(points[:, :2] - places.clip(0, 1)).max(axis=1) < 0.02
    assert near.sum() >= 13  # of 17: at its edge the crop ends, where the frame goes on
    np.testing.assert_allclose(points[:, 2], expected["scores"].numpy().clip(0, 1), atol=1e-3)


def test_poses_of_a_batch_are_those_of_single_crops(networks: Path) -> None:
    model = vitpose.load(str(networks / "vitpose"), networks, "cpu")
    crops = [crop(1), crop(2, box=(0.1, 0.1, 0.9, 0.5)), crop(3, box=(0.0, 0.0, 0.1, 1.0))]
    for together, one in zip(model.say(crops), crops, strict=True):
        (alone,) = model.say([one])
        assert together.pose is not None
        assert alone.pose is not None
        np.testing.assert_allclose(together.pose.keypoints, alone.pose.keypoints, atol=2e-3)
        assert all(0 <= number <= 1 for point in together.pose.keypoints for number in point)


def test_owl_answers_with_the_surest_of_each_weapon_it_was_asked_for(networks: Path) -> None:
    import torch
    from transformers import Owlv2Processor

    one = crop(1, box=(0.2, 0.3, 0.6, 0.7))
    (insight,) = threats.load_asked(str(networks / "owlv2"), networks, "cpu").say([one])
    queries = [*threats.ASKED, *threats.ELSE]
    processor: Any = Owlv2Processor.from_pretrained(networks / "owlv2")
    inputs = processor(text=[queries], images=[one.image], input_data_format="channels_last", return_tensors="pt")
    with torch.inference_mode():
        output = network("Owlv2ForObjectDetection", networks / "owlv2")(**inputs)
    scores, labels = output.logits[0].sigmoid().max(-1)
    expected: dict[str, tuple[float, list[float]]] = {}
    height, width = one.image.shape[:2]
    for score, label, (x, y, w, h) in zip(scores.tolist(), labels.tolist(), output.pred_boxes[0].tolist(), strict=True):
        name = threats.threat_name(queries[label])
        if name and score >= threats.MIN_CONFIDENCE and score > expected.get(name, (0.0, []))[0]:
            side = max(height, width)  # the crop was padded to a square, at its right or below
            edges = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2]) * side / [width, height, width, height]
            expected[name] = (score, list(one.in_frame(edges.clip(0, 1).tolist()) or []))
    assert expected
    assert {threat.name for threat in insight.threats} == set(expected)
    for threat in insight.threats:
        assert threat.confidence == pytest.approx(expected[threat.name][0], abs=1e-3)
        np.testing.assert_allclose(threat.box, expected[threat.name][1], atol=1e-3)


def test_ages_are_the_middle_of_the_likeliest_label_and_a_small_head_tells_nothing(networks: Path) -> None:
    """The last layer was set to 0, 2, 1 whatever is seen: exp(2) over the sum is 0.6652."""
    model = demographics.load(str(networks / "ages"), networks, "cpu")
    told, silent = model.say([crop(1), crop(2, box=(0.1, 0.1, 0.15, 0.2))])
    assert told.demographics is not None
    assert (told.demographics.age, told.demographics.age_range) == (24, "21-30")
    assert told.demographics.age_confidence == pytest.approx(0.6652, abs=1e-4)
    assert (told.demographics.gender, told.demographics.gender_confidence) == ("unknown", 0.0)
    assert silent.demographics is None
    with pytest.raises(ModelUnavailable, match="names an age"):
        demographics.load(str(networks / "things"), networks, "cpu")


@pytest.mark.parametrize(
    ("label", "age", "gender"),
    [
        ("0-2", 1, None),
        ("20-29", 24, None),
        ("more than 70", 90, None),
        ("female 30-39", 34, "female"),
        ("Man, 41 years", 41, "male"),
        ("cat", None, None),
    ],
)
def test_labels_name_ages_and_genders(label: str, age: int | None, gender: str | None) -> None:
    assert demographics.age_of(label) == age
    assert demographics.gender_of(label) == gender


@pytest.mark.parametrize("family", ["siglip", "clip", "dinov2"])
def test_vectors_are_those_of_the_bare_network_at_length_one(networks: Path, family: str) -> None:
    import torch

    name = f"transformers:{family}"
    model = embeddings.load(str(networks / family), networks, "cpu", name, "appearance")
    first, second = model.say([crop(1), crop(2)])
    mean, spread = {
        "siglip": ((0.5,) * 3, (0.5,) * 3),
        "clip": (MEAN, SPREAD),
        "dinov2": (MEAN, SPREAD),
    }[family]
    bare = network("AutoModel", networks / family)
    features = bare if family == "dinov2" else bare.get_image_features
    with torch.inference_mode():
        expected = features(pixel_values=prepared(crop(1).tight, mean, spread)[None]).pooler_output[0].numpy()
    assert isinstance(first.appearance, Embedding)
    assert first.appearance.model == name
    assert np.linalg.norm(first.appearance.values) == pytest.approx(1.0, abs=1e-5)
    cosine = float(first.appearance.values @ (expected / np.linalg.norm(expected)))
    assert cosine > 0.999
    assert second.appearance is not None
    assert not np.allclose(first.appearance.values, second.appearance.values)
    assert first.meaning is None


def test_meaning_is_of_the_crop_and_what_is_round_it(networks: Path) -> None:
    load = [embeddings.load(str(networks / "clip"), networks, "cpu", "x", use) for use in ("appearance", "meaning")]
    (looks,), (means,) = (model.say([crop(1)]) for model in load)
    assert looks.meaning is None
    assert looks.appearance is not None
    assert means.meaning is not None
    assert means.appearance is None
    assert not np.allclose(looks.appearance.values, means.meaning.values)


def test_an_action_is_told_from_several_moments_and_from_no_single_picture(networks: Path) -> None:
    import torch
    from transformers import CLIPTokenizer

    model = actions.load(str(networks / "xclip"), networks, "cpu")
    moments = tuple(picture(90, 60, seed) for seed in range(7))
    one, still = replace(crop(1), moments=moments), crop(2)
    told, silent = model.say([one, still])
    assert silent.action is None
    words: Any = CLIPTokenizer.from_pretrained(networks / "xclip")
    asked = words(list(actions.SENTENCES.values()), padding=True, return_tensors="pt")
    frames = torch.stack([prepared(moments[place]) for place in (0, 2, 4, 6)])
    with torch.inference_mode():
        logits = network("XCLIPModel", networks / "xclip")(
            input_ids=asked["input_ids"], attention_mask=asked["attention_mask"], pixel_values=frames[None]
        ).logits_per_video
    expected = logits.softmax(-1)[0].numpy()
    assert told.action is not None
    assert list(told.action.scores) == list(actions.SENTENCES)
    np.testing.assert_allclose(list(told.action.scores.values()), expected, rtol=0.15)  # pixels are rounded otherwise
    assert told.action.name == max(told.action.scores, key=lambda name: told.action.scores[name])  # type: ignore[union-attr]
    assert told.action.confidence == max(told.action.scores.values())


def test_a_folder_of_another_kind_is_refused_in_words(networks: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"cannot be loaded as X-CLIP|X-CLIP is needed"):
        actions.load(str(networks / "clip"), networks, "cpu")
    with pytest.raises(ModelUnavailable, match=r"cannot be loaded as OWLv2: .*nothing is downloaded"):
        threats.load_asked(str(tmp_path), networks, "cpu")
