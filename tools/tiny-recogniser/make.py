"""Makes fixtures/tiny-recogniser: a streaming CTC model of a few kilobytes in the form that NeMo models are exported in.

It hears two words: "lo" for a tone near 300 Hz and "hi" for one near 2,500 Hz. Nothing is trained: the weights look at
the mel bands of those tones, and the blank wins where neither is loud. It exists so that tests can load a real model
into the real recogniser and know what it must hear.

    python3 -m venv venv && venv/bin/pip install onnx==1.23.2 && venv/bin/python tools/tiny-recogniser/make.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BANDS = 80
WINDOW = 16
FACTOR = 4
WORDS = {"lo": slice(6, 11), "hi": slice(47, 53)}
# Log energy of a band at which a word is as likely as the blank.
LOUD = -4.0

folder = Path(__file__).resolve().parents[2] / "fixtures" / "tiny-recogniser"
blank = len(WORDS)

weights = np.zeros((BANDS, blank + 1), dtype=np.float32)
bias = np.zeros(blank + 1, dtype=np.float32)
for index, bands in enumerate(WORDS.values()):
    weights[bands, index] = 1.0 / (bands.stop - bands.start)
bias[blank] = LOUD

nodes = [
    helper.make_node("Transpose", ["audio_signal"], ["frames"], perm=[0, 2, 1]),
    helper.make_node("Reshape", ["frames", "shape"], ["grouped"]),
    helper.make_node("ReduceMean", ["grouped"], ["pooled"], axes=[2], keepdims=0),
    helper.make_node("MatMul", ["pooled", "weights"], ["scores"]),
    helper.make_node("Add", ["scores", "bias"], ["biased"]),
    helper.make_node("LogSoftmax", ["biased"], ["logprobs"], axis=-1),
    helper.make_node("Div", ["length", "factor"], ["encoded_lengths"]),
    helper.make_node("Identity", ["cache_last_channel"], ["cache_last_channel_next"]),
    helper.make_node("Identity", ["cache_last_time"], ["cache_last_time_next"]),
    helper.make_node("Identity", ["cache_last_channel_len"], ["cache_last_channel_next_len"]),
]


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


graph = helper.make_graph(
    nodes,
    "tiny-recogniser",
    [
        value("audio_signal", TensorProto.FLOAT, ["N", BANDS, WINDOW]),
        value("length", TensorProto.INT64, ["N"]),
        value("cache_last_channel", TensorProto.FLOAT, ["N", 1, 1, 1]),
        value("cache_last_time", TensorProto.FLOAT, ["N", 1, 1, 1]),
        value("cache_last_channel_len", TensorProto.INT64, ["N"]),
    ],
    [
        value("logprobs", TensorProto.FLOAT, ["N", WINDOW // FACTOR, blank + 1]),
        value("encoded_lengths", TensorProto.INT64, ["N"]),
        value("cache_last_channel_next", TensorProto.FLOAT, ["N", 1, 1, 1]),
        value("cache_last_time_next", TensorProto.FLOAT, ["N", 1, 1, 1]),
        value("cache_last_channel_next_len", TensorProto.INT64, ["N"]),
    ],
    [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(bias, "bias"),
        numpy_helper.from_array(np.array([-1, WINDOW // FACTOR, FACTOR, BANDS], dtype=np.int64), "shape"),
        numpy_helper.from_array(np.array([FACTOR], dtype=np.int64), "factor"),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="parley")
helper.set_model_props(
    model,
    {
        "model_type": "EncDecCTCModelBPE",
        "vocab_size": str(blank),
        "window_size": str(WINDOW),
        "chunk_shift": str(WINDOW),
        "subsampling_factor": str(FACTOR),
        "normalize_type": "",
        **{f"cache_last_{what}_dim{dim}": "1" for what in ("channel", "time") for dim in (1, 2, 3)},
    },
)
onnx.checker.check_model(model)
folder.mkdir(parents=True, exist_ok=True)
onnx.save(model, folder / "model.onnx")
tokens = [f"\u2581{word} {index}" for index, word in enumerate(WORDS)] + [f"<blk> {blank}"]
(folder / "tokens.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")
