"""The real architectures, built small from their configurations with random weights, saved as their folders are."""

import string
from pathlib import Path
from typing import Any

from homesec.vision.offline import go_offline

WEAPONS = {0: "person", 1: "Hand_Gun", 2: "knife", 3: "phone"}
AGES = {0: "0-2", 1: "20-29", 2: "more than 70"}


def tokenizer(longest: int) -> Any:
    """Letter by letter: the vocabulary of CLIP's form that needs no merges; the end has the highest number."""
    from transformers import CLIPTokenizer

    letters = string.ascii_lowercase + string.punctuation + string.digits
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: number for number, word in enumerate(words)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=longest)


def _text(longest: int) -> dict[str, Any]:
    size = len(tokenizer(longest).get_vocab())
    return {
        "vocab_size": size, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "max_position_embeddings": longest, "eos_token_id": size - 1,
        "bos_token_id": size - 2, "pad_token_id": size - 1,
    }  # fmt: skip


_VISION = {
    "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 32,
    "patch_size": 8,
}  # fmt: skip


def build(folder: Path) -> None:
    """All that transformers has."""
    go_offline(folder)
    import torch
    import transformers

    torch.manual_seed(5)
    t: Any = transformers
    backbone = t.VitPoseBackboneConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=(64, 48), patch_size=(16, 16),
        out_indices=[2],
    )  # fmt: skip
    pose = t.VitPoseForPoseEstimation(t.VitPoseConfig(backbone_config=backbone, num_labels=17))
    for parameter in pose.parameters():  # rugged heatmaps, so that each has one summit
        parameter.data.mul_(8.0)
    _save(folder / "vitpose", pose, t.VitPoseImageProcessor(size={"height": 64, "width": 48}))

    owl = t.Owlv2ForObjectDetection(t.Owlv2Config(text_config=_text(16), vision_config=_VISION, projection_dim=16))
    scaler = t.Owlv2ImageProcessor(size={"height": 32, "width": 32})
    _save(folder / "owlv2", owl, t.Owlv2Processor(image_processor=scaler, tokenizer=tokenizer(16)))

    config = t.ViTConfig(**_VISION, id2label=AGES, label2id={label: number for number, label in AGES.items()})
    ages = t.ViTForImageClassification(config)
    ages.classifier.weight.data.zero_()
    ages.classifier.bias.data = torch.tensor([0.0, 2.0, 1.0])
    _save(folder / "ages", ages, t.ViTImageProcessor(size={"height": 32, "width": 32}))
    _save(
        folder / "things", t.ViTForImageClassification(t.ViTConfig(**_VISION, id2label={0: "cat", 1: "dog"})),
        t.ViTImageProcessor(size={"height": 32, "width": 32}),
    )  # fmt: skip

    square: dict[str, Any] = {"size": {"height": 32, "width": 32}}
    siglip = t.SiglipModel(t.SiglipConfig(text_config={**_text(16), "projection_size": 16}, vision_config=_VISION))
    _save(folder / "siglip", siglip, t.SiglipImageProcessor(**square))
    clip = t.CLIPModel(t.CLIPConfig(text_config=_text(16), vision_config=_VISION, projection_dim=16))
    _save(folder / "clip", clip, t.CLIPImageProcessor(**square, do_center_crop=False))
    dino = t.Dinov2Model(t.Dinov2Config(**{**_VISION, "mlp_ratio": 2}))
    _save(folder / "dinov2", dino, t.BitImageProcessor(**square, do_center_crop=False))

    vision = {
        **_VISION, "num_frames": 4, "mit_hidden_size": 16, "mit_intermediate_size": 32, "mit_num_attention_heads": 2,
    }  # fmt: skip
    xclip = t.XCLIPModel(
        t.XCLIPConfig(text_config=_text(77), vision_config=vision, projection_dim=16, prompt_num_attention_heads=2)
    )
    scaler = t.CLIPImageProcessor(**square, do_center_crop=False)
    _save(folder / "xclip", xclip, t.XCLIPProcessor(image_processor=scaler, tokenizer=tokenizer(77)))


def build_yolo(folder: Path) -> None:
    """What ultralytics has; the class scores are lifted, since those of a new network are near zero."""
    go_offline(folder)
    import torch
    from ultralytics.models import YOLO

    torch.manual_seed(7)
    for config in ("yolo11n-pose.yaml", "yolo11n.yaml"):
        model: Any = YOLO(config)
        for branch in model.model.model[-1].cv3:
            branch[-1].bias.data.fill_(-1.0)
        if config == "yolo11n.yaml":
            model.save(folder / "coco.pt")
            model.model.names = {number: f"thing {number}" for number in range(80)}
            model.save(folder / "plain.pt")
            model.model.names |= WEAPONS
            for branch in model.model.model[-1].cv3:
                branch[-1].bias.data[1:3] = 1.0
            model.save(folder / "weapons.pt")
        else:
            model.save(folder / "pose.pt")


def _save(folder: Path, network: Any, processor: Any) -> None:
    network.save_pretrained(folder)
    processor.save_pretrained(folder)
