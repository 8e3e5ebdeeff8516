"""Makes fixtures/tiny-recogniser: two streaming models of a few kilobytes, in the forms in which real ones are published.

They hear two words: "lo" for a tone near 300 Hz and "hi" for one near 2,500 Hz. Nothing is trained: the weights look at
the mel bands of those tones, and the blank wins where neither is loud. They exist so that tests can load a real model
into the real recogniser and know what it must hear. `ctc` has the form of NeMo's streaming CTC models, `transducer`
that of icefall's LSTM transducers (encoder, decoder, joiner).

    python3 -m venv venv && venv/bin/pip install onnx==1.23.2 && venv/bin/python tools/tiny-recogniser/make.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BANDS = 80
WINDOW = 16
FACTOR = 4
# Log energy of a band at which a word is as likely as the blank.
LOUD = -4.0
FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "tiny-recogniser"

node = helper.make_node


def value(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, content, kind=np.float32):
    return numpy_helper.from_array(np.array(content, dtype=kind), name)


def save(path, nodes, inputs, outputs, constants, metadata):
    graph = helper.make_graph(nodes, "tiny-recogniser", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="parley")
    helper.set_model_props(model, {key: str(each) for key, each in metadata.items()})
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def save_tokens(folder, tokens):
    lines = [f"{token} {index}" for index, token in enumerate(tokens)]
    (folder / "tokens.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def scores(columns, blank):
    """Weights and bias: the mean of each word's mel bands in its column, and the threshold in the blank's."""
    size = len(columns) + 1
    weights = np.zeros((BANDS, size), dtype=np.float32)
    for column, bands in columns.items():
        weights[bands, column] = 1.0 / (bands.stop - bands.start)
    bias = np.zeros(size, dtype=np.float32)
    bias[blank] = LOUD
    return constant("weights", weights), constant("bias", bias)


def pooled_scores(frames, out):
    return [
        node("Reshape", [frames, "shape"], ["grouped"]),
        node("ReduceMean", ["grouped"], ["pooled"], axes=[2], keepdims=0),
        node("MatMul", ["pooled", "weights"], ["weighed"]),
        node("Add", ["weighed", "bias"], [out]),
    ]


shape = constant("shape", [-1, WINDOW // FACTOR, FACTOR, BANDS], np.int64)
frames = WINDOW // FACTOR


def make_ctc(folder):
    # NeMo counts its mel bands from 0 Hz on Slaney's scale; its blank is the last token.
    weights, bias = scores({0: slice(6, 11), 1: slice(47, 53)}, blank=2)
    caches = ["cache_last_channel", "cache_last_time"]
    save(
        folder / "model.onnx",
        [
            node("Transpose", ["audio_signal"], ["frames"], perm=[0, 2, 1]),
            *pooled_scores("frames", "biased"),
            node("LogSoftmax", ["biased"], ["logprobs"], axis=-1),
            node("Div", ["length", "factor"], ["encoded_lengths"]),
            *[node("Identity", [name], [f"{name}_next"]) for name in caches],
            node("Identity", ["cache_last_channel_len"], ["cache_last_channel_next_len"]),
        ],
        [
            value("audio_signal", ["N", BANDS, WINDOW]),
            value("length", ["N"], TensorProto.INT64),
            *[value(name, ["N", 1, 1, 1]) for name in caches],
            value("cache_last_channel_len", ["N"], TensorProto.INT64),
        ],
        [
            value("logprobs", ["N", frames, 3]),
            value("encoded_lengths", ["N"], TensorProto.INT64),
            *[value(f"{name}_next", ["N", 1, 1, 1]) for name in caches],
            value("cache_last_channel_next_len", ["N"], TensorProto.INT64),
        ],
        [weights, bias, shape, constant("factor", [FACTOR], np.int64)],
        {
            "model_type": "EncDecCTCModelBPE",
            # Without the blank.
            "vocab_size": 2,
            "window_size": WINDOW,
            "chunk_shift": WINDOW,
            "subsampling_factor": FACTOR,
            "normalize_type": "",
            **{f"{name}_dim{dim}": 1 for name in caches for dim in (1, 2, 3)},
        },
    )
    save_tokens(folder, ["\u2581lo", "\u2581hi", "<blk>"])


def make_transducer(folder):
    # Kaldi counts its mel bands from 20 Hz on HTK's scale; its blank is the first token.
    weights, bias = scores({1: slice(8, 13), 2: slice(46, 51)}, blank=0)
    save(
        folder / "encoder.onnx",
        [
            *pooled_scores("x", "encoder_out"),
            node("Identity", ["h"], ["next_h"]),
            node("Identity", ["c"], ["next_c"]),
        ],
        [value("x", ["N", WINDOW, BANDS]), value("h", [1, "N", 1]), value("c", [1, "N", 1])],
        [value("encoder_out", ["N", frames, 3]), value("next_h", [1, "N", 1]), value("next_c", [1, "N", 1])],
        [weights, bias, shape],
        {
            "model_type": "lstm",
            "num_encoder_layers": 1,
            "T": WINDOW,
            "decode_chunk_len": WINDOW,
            "rnn_hidden_size": 1,
            "d_model": 1,
        },
    )
    # The word that was heard last is not heard again: a tone is one word however long it is.
    table = constant("table", [[0, 0, 0], [0, -1000, 0], [0, 0, -1000]])
    save(
        folder / "decoder.onnx",
        [node("Gather", ["table", "y"], ["row"], axis=0), node("Squeeze", ["row", "axis"], ["decoder_out"])],
        [value("y", ["N", 1], TensorProto.INT64)],
        [value("decoder_out", ["N", 3])],
        [table, constant("axis", [1], np.int64)],
        {"vocab_size": 3, "context_size": 1},
    )
    save(
        folder / "joiner.onnx",
        [node("Add", ["encoder_out", "decoder_out"], ["logit"])],
        [value("encoder_out", ["N", 3]), value("decoder_out", ["N", 3])],
        [value("logit", ["N", 3])],
        [],
        {"joiner_dim": 3},
    )
    save_tokens(folder, ["<blk>", "\u2581lo", "\u2581hi"])


make_ctc(FOLDER / "ctc")
make_transducer(FOLDER / "transducer")
