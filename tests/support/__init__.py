"""What several tests need: random cases, oracles, workers that misbehave."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
