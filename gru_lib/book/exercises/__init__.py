"""Exercises that check themselves: each chapter's questions, and the one function that answers "is it right?"."""

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise, check

__all__ = ["ChoiceExercise", "FunctionExercise", "ValueExercise", "check"]
