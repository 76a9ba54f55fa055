"""What holds for the project as a whole: its structure, its words, its safety log, its locked dependencies."""
