"""Measure the source with ten seeds, and judge its claims: `python trial.py measure`, then `python trial.py judge`.

Fill in source.py and claims.toml; leave this file as it is.
"""

import json
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
SEEDS = range(10)
NEARLY_ALWAYS, HARDLY_EVER = 9, 1  # of ten runs


def measure():
    """Run the source with every seed and store every number; what is measured already is not run again."""
    from source import baselines, run

    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"runs": {}}
    results["baselines"] = baselines()
    for seed in SEEDS:
        if str(seed) not in results["runs"]:
            results["runs"][str(seed)] = run(seed)
            RESULTS.write_text(json.dumps(results, indent=1) + "\n")
            print(f"seed {seed}: {results['runs'][str(seed)]}", flush=True)


def verdict(holds, results):
    """Return the verdict on a claim that holds where an expression is true, and in how many runs it is."""
    names = results["baselines"]
    count = sum(bool(eval(holds, {"__builtins__": {}}, names | run)) for run in results["runs"].values())
    share = 10 * count / len(results["runs"])
    word = "confirmed" if share >= NEARLY_ALWAYS else "refuted" if share <= HARDLY_EVER else "depends"
    return word, count


def judge():
    """Print each claim with its verdict; return the claims whose stated verdict does not follow from the numbers."""
    results = json.loads(RESULTS.read_text())
    wrong = []
    for claim in tomllib.loads((HERE / "claims.toml").read_text())["claims"]:
        word, count = verdict(claim["holds"], results)
        print(f"{claim['id']}: {word}, in {count} of {len(results['runs'])} runs: {claim['holds']}")
        if claim["verdict"] != word:
            wrong.append(claim["id"])
            print(f"  but claims.toml says {claim['verdict']}")
    return wrong


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        measure()
    elif sys.argv[1:] == ["judge"]:
        sys.exit(bool(judge()))
    else:
        sys.exit("usage: python trial.py measure | judge")
