"""Measure the source with ten seeds, and judge its claims: `python trial.py measure`, then `python trial.py judge`.

Fill in source.py and claims.toml; leave this file as it is.
"""

import hashlib
import json
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
RESULTS, BEFORE = HERE / "results.json", HERE / "results.before.json"
SEEDS = range(10)
NEARLY_ALWAYS, HARDLY_EVER = 9, 1  # of ten runs
WITH_REASON = ("outdated", "inconsistent", "open")  # verdicts that rest on a reason and not on a count
FUNCTIONS = {"abs": abs, "max": max, "min": min}  # what `holds` may call


def programs():
    """Return what tells one state of the group's programs from another."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.py")) if path.name != "trial.py"]
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def measure():
    """Run the source with every seed and store every number; what these programs have measured is not run again."""
    from source import baselines, run

    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if results and results.get("programs") != programs():
        print(f"The programs are not those that were measured: all runs are made anew, the old are in {BEFORE.name}.")
        RESULTS.replace(BEFORE)
        results = {}
    results = {"programs": programs(), "baselines": baselines(), "runs": results.get("runs", {})}
    for seed in SEEDS:
        if str(seed) not in results["runs"]:
            results["runs"][str(seed)] = run(seed)
            print(f"seed {seed}: {results['runs'][str(seed)]}", flush=True)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def verdict(holds, results):
    """Return the verdict on a claim that holds where an expression is true, and in how many runs it is."""
    names = results["baselines"]
    count = sum(bool(eval(holds, {"__builtins__": FUNCTIONS}, names | run)) for run in results["runs"].values())
    share = 10 * count / len(results["runs"])
    word = "confirmed" if share >= NEARLY_ALWAYS else "refuted" if share <= HARDLY_EVER else "depends"
    return word, count


def judged(claim, results):
    """Return what is found on a claim, and whether its stated verdict follows from it."""
    if "holds" not in claim:
        follows = claim["verdict"] in WITH_REASON and bool(claim.get("reason"))
        asked = f"without `holds`, a verdict is one of {', '.join(WITH_REASON)}, with a `reason`"
        return f"{claim['verdict']}, {claim['reason'] if follows else 'but ' + asked}", follows
    try:
        word, count = verdict(claim["holds"], results)
    except NameError as error:
        return f"{error}; the names are those that run and baselines return", False
    but = "" if word == claim["verdict"] else f"\n  but claims.toml says {claim['verdict']}"
    return f"{word}, in {count} of {len(results['runs'])} runs: {claim['holds']}{but}", not but


def judge():
    """Print each claim with its verdict; return the claims whose stated verdict does not follow."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if results.get("programs") != programs():
        sys.exit("These programs have not been measured, or have changed since: run `python trial.py measure` first.")
    if len(results["runs"]) < len(SEEDS):
        print(f"Only {len(results['runs'])} of {len(SEEDS)} runs are measured: no verdict is final.")
    claims = tomllib.loads((HERE / "claims.toml").read_text(encoding="utf-8"))["claims"]
    found = {claim["id"]: judged(claim, results) for claim in claims}
    print("\n".join(f"{name}: {says}" for name, (says, _) in found.items()))
    return [name for name, (_, follows) in found.items() if not follows]


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        measure()
    elif sys.argv[1:] == ["judge"]:
        sys.exit(bool(judge()))
    else:
        sys.exit("usage: python trial.py measure | judge")
