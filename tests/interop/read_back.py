#!/usr/bin/env python3
"""PyTorch reads what the library saved, and computes the same.

    dotnet test --project tests/WeightSharing.Conv2d.Tests        (writes interop/ beside the test program)
    apt-get install python3-torch
    /usr/bin/python3 tests/interop/read_back.py tests/WeightSharing.Conv2d.Tests/bin/Debug/net10.0/interop

Reads with the golden generator's reader, which knows nothing of aliases; checks names, shapes and the metadata, loads the values into the
models of tests/fixtures/pytorch/write_fixtures.py with strict=True, and compares outputs.
"""
import json
import os
import sys

import torch

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "golden", "generator"))
sys.path.insert(0, os.path.join(ROOT, "fixtures", "pytorch"))
from golden_lib import read_safetensors  # noqa: E402
from write_fixtures import TiedNet  # noqa: E402


def main(folder):
    state, meta = read_safetensors(os.path.join(folder, "tied_net.safetensors"))
    cases, _ = read_safetensors(os.path.join(folder, "tied_net.cases.safetensors"))
    sharing = json.loads(meta["weightsharing.v1"])
    shared = [[name["name"] for name in p["names"]] for p in sharing["parameters"] if len(p["names"]) > 1]
    print("format", meta["format"], "| shared", shared)
    assert shared == [["encoder.weight", "decoder.weight"]]
    assert "decoder.weight" not in state, "the shared values are stored once"

    state = {("decoder_bias" if k == "decoder.bias" else k): torch.from_numpy(v.copy()) for k, v in state.items()}
    model = TiedNet()
    print("load_state_dict:", model.load_state_dict(state, strict=True))
    model.eval()
    logits, image = model(torch.from_numpy(cases["input"].copy()))
    for name, value in (("logits", logits), ("image", image)):
        error = (value - torch.from_numpy(cases[name].copy())).abs().max().item()
        print(f"{name}: largest difference {error:.3g}")
        assert error < 1e-5

    repeated, _ = read_safetensors(os.path.join(folder, "tied_net.repeated.safetensors"))
    assert (repeated["decoder.weight"] == repeated["encoder.weight"].T).all()
    print("repeated aliases: decoder.weight is encoder.weight transposed")


if __name__ == "__main__":
    main(sys.argv[1])
