#!/usr/bin/env python3
"""Writes the golden vectors of the edge cases: generate_edge.py [--out DIR]. Deterministic for one torch build."""
import argparse, glob, hashlib, json, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import torch
import golden_ops                                       # noqa: F401  (fills OPS)
from edge_cases import cases, markov_cases
from generate_golden import scipy_check
from golden_lib import run_case
from hmm_reference import jsonable


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out")
    here = os.path.dirname(os.path.abspath(__file__))
    out = ap.parse_args().out or os.path.join(os.path.dirname(here), "edge")
    os.makedirs(out, exist_ok=True)
    for old in glob.glob(out + "/edge_*"):
        os.remove(old)
    torch.set_num_threads(1)
    every = cases()
    assert len({c["name"] for c in every}) == len(every)
    index = [run_case(c, out, "edge") for c in every]
    scipy_check(out)
    for c in markov_cases():
        path = os.path.join(out, c["case"] + ".json")
        with open(path, "w") as f:
            json.dump(jsonable(c), f, indent=None, separators=(",", ":"), allow_nan=False)
        index.append(dict(case=c["case"], op=c["kind"], tags="", bytes=os.path.getsize(path),
                          sha256=hashlib.sha256(open(path, "rb").read()).hexdigest()))
    with open(os.path.join(out, "MANIFEST.json"), "w") as f:
        json.dump(index, f, indent=1)
    print(len(index), "cases,", sum(i["bytes"] for i in index), "bytes; worst torch float32 errors:",
          sorted(((i.get("f32_error", 0), i["case"]) for i in index), reverse=True)[:4])


if __name__ == "__main__":
    main()
