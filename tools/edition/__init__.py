"""The teacher's edition: what costs time to prepare, gathered from chapters, exercises and quizzes."""
