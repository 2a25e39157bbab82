"""ONNX files written by hand: the few fields of the format that these tests need, in protobuf's encoding."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT, INT64 = 1, 7


def _number(value: int) -> bytes:
    value &= (1 << 64) - 1
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    data = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(data)) + data


def tensor(name: str, values: NDArray[Any]) -> bytes:
    kind = INT64 if values.dtype == np.int64 else FLOAT
    dims = b"".join(_field(1, side) for side in values.shape)
    return dims + _field(2, kind) + _field(8, name) + _field(9, values.tobytes())


def node(kind: str, inputs: list[str], outputs: list[str], **attributes: int | list[int]) -> bytes:
    parts = [_field(1, name) for name in inputs] + [_field(2, name) for name in outputs] + [_field(4, kind)]
    for name, value in attributes.items():
        if isinstance(value, int):
            body = _field(1, name) + _field(3, value) + _field(20, 2)
        else:
            body = _field(1, name) + b"".join(_field(8, one) for one in value) + _field(20, 7)
        parts.append(_field(5, body))
    return b"".join(parts)


def _value(name: str, shape: list[int]) -> bytes:
    dims = b"".join(_field(1, _field(1, side)) for side in shape)
    kind = _field(1, _field(1, FLOAT) + _field(2, dims))
    return _field(1, name) + _field(2, kind)


def save(
    path: Path, nodes: list[bytes], weights: list[bytes], shape: list[int], outputs: dict[str, list[int]]
) -> None:
    """A model with one input named `input`."""
    graph = b"".join(_field(1, one) for one in nodes) + _field(2, "graph") + b"".join(_field(5, one) for one in weights)
    graph += _field(11, _value("input", shape)) + b"".join(_field(12, _value(*one)) for one in outputs.items())
    path.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13)))


def mean_colour(path: Path, width: int, height: int) -> None:
    """A re-identification net of the simplest kind: its vector is the mean of each channel."""
    nodes = [node("GlobalAveragePool", ["input"], ["mean"]), node("Flatten", ["mean"], ["vector"], axis=1)]
    save(path, nodes, [], [1, 3, height, width], {"vector": [1, 3]})


def white_is_a_face(path: Path, side: int) -> None:
    """YuNet's outputs from a net that calls white cells of 32 pixels faces; the other two scales see none.

    A score is the root of class and object. A box is its middle from its cell's corner, in cells, and the logarithm of
    its size in cells; the five points are from that corner too.
    """
    nodes: list[bytes] = []
    weights: list[bytes] = []
    outputs: dict[str, list[int]] = {}
    for stride in (8, 16, 32):
        for name, channels in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            kernel = np.zeros((channels, 3, stride, stride), np.float32)
            bias = np.zeros(channels, np.float32)
            if name in ("cls", "obj") and stride == 32:
                kernel += 10 / (3 * 255 * stride * stride)  # white: 10 * 1 - 7 = 3
                bias -= 7
            elif name in ("cls", "obj"):
                bias -= 20
            elif name == "bbox":
                bias += np.array([0.5, 0.5, 0.0, 0.0], np.float32)
            else:  # eyes, nose, corners of the mouth
                bias += np.array([0.3, 0.4, 0.7, 0.4, 0.5, 0.6, 0.35, 0.8, 0.65, 0.8], np.float32)
            one = f"{name}_{stride}"
            shape = np.array([1, -1, channels])
            weights += [tensor(f"{one}_w", kernel), tensor(f"{one}_b", bias), tensor(f"{one}_s", shape)]
            nodes.append(
                node(
                    "Conv", ["input", f"{one}_w", f"{one}_b"], [f"{one}_c"], kernel_shape=[stride, stride],
                    strides=[stride, stride],
                )
            )  # fmt: skip
            nodes.append(node("Transpose", [f"{one}_c"], [f"{one}_t"], perm=[0, 2, 3, 1]))
            last = f"{one}_r" if name in ("cls", "obj") else one
            nodes.append(node("Reshape", [f"{one}_t", f"{one}_s"], [last]))
            if name in ("cls", "obj"):
                nodes.append(node("Sigmoid", [last], [one]))
            outputs[one] = [1, (side // stride) ** 2, channels]
    save(path, nodes, weights, [1, 3, side, side], outputs)


def four_corners(path: Path) -> None:
    """SFace's form, 112 x 112 to a vector: the means of the four quarters of each channel."""
    nodes = [
        node("AveragePool", ["input"], ["mean"], kernel_shape=[56, 56], strides=[56, 56]),
        node("Flatten", ["mean"], ["vector"], axis=1),
    ]
    save(path, nodes, [], [1, 3, 112, 112], {"vector": [1, 12]})
