"""Formats of machine-learning models, by their first bytes, else by the ending of the name."""

from __future__ import annotations

ENDINGS = {
    "caffemodel": "Caffe",
    "ckpt": "PyTorch",
    "dfm": "DeepFaceLive (ONNX)",
    "dlc": "SNPE",
    "gguf": "GGUF",
    "h5": "Keras",
    "index": "Faiss index",
    "keras": "Keras",
    "lite": "TensorFlow Lite",
    "mnn": "MNN",
    "ms": "MindSpore Lite",
    "nb": "Paddle Lite",
    "om": "HiAI",
    "onnx": "ONNX",
    "ort": "ONNX Runtime",
    "param": "NCNN",
    "pb": "TensorFlow",
    "pdmodel": "Paddle",
    "pt": "PyTorch",
    "pth": "PyTorch",
    "ptl": "PyTorch",
    "rknn": "RKNN",
    "safetensors": "Safetensors",
    "task": "MediaPipe",
    "tflite": "TensorFlow Lite",
    "tmfile": "Tengine",
    "tnnmodel": "TNN",
}
SHARED = frozenset({"h5", "index", "lite", "ms", "nb", "om", "param", "pb", "pt", "task"})
"""Endings that other files have too: the name alone does not make them models."""
_BEGINNINGS = {
    b"GGUF": "GGUF",
    b"lmgg": "GGML",
    b"tjgg": "GGML",
    b"RKNN": "RKNN",
    b"\x89HDF\r\n\x1a\n": "Keras",
    b"7767517": "NCNN",
    b"\xdd\x85\x76\x00": "NCNN",
    b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.": "PyTorch",
    b"IxF": "Faiss index",
    b"IwFl": "Faiss index",
}
_FLATBUFFERS = {
    b"TFL3": "TensorFlow Lite",
    b"ORTM": "ONNX Runtime",
    b"MSL2": "MindSpore Lite",
    b"MSL1": "MindSpore Lite",
}
_ONNX_PRODUCERS = (
    b"pytorch",
    b"tf2onnx",
    b"onnx",
    b"keras2onnx",
    b"paddle",
    b"skl2onnx",
    b"OnnxMLTools",
    b"backend-test",
)


def format_of(name: str, data: bytes | None) -> str:
    """'ONNX', 'TensorFlow Lite' ...; '' for what is no model. Without `data` (too large to keep) the ending decides."""
    ending = name.rpartition(".")[2].lower()
    if data is not None:
        found = _by_bytes(data, ending)
        if found:
            return found
    return "" if ending in SHARED and data is not None else ENDINGS.get(ending, "")


def _by_bytes(data: bytes, ending: str) -> str:
    if data[4:8] in _FLATBUFFERS:
        return _FLATBUFFERS[data[4:8]]
    for beginning, name in _BEGINNINGS.items():
        if data.startswith(beginning):
            return name
    if _is_onnx(data, ending):
        return "ONNX"
    if data.startswith(b"PK\x03\x04") and b"data.pkl" in data[:256]:
        return "PyTorch"
    if data[8:9] == b"{" and ending == "safetensors":
        return "Safetensors"
    return ""


def _is_onnx(data: bytes, ending: str) -> bool:
    """A message of protocol buffers: version (field 1), then the producer's name (field 2) or the graph."""
    if len(data) < 16 or data[0] != 0x08 or not 1 <= data[1] <= 30:
        return False
    if data[2] == 0x12:
        return data[4 : 4 + data[3]].startswith(_ONNX_PRODUCERS) or ending == "onnx"
    return ending == "onnx" and data[2] in {0x3A, 0x42}
