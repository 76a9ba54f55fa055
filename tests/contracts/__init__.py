"""What holds for the project as a whole: structure, words, safety log, locked dependencies."""
