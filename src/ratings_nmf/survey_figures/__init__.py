"""What a survey found, drawn: the evidence for each count, and the consensus at the choice."""
