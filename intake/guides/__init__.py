"""The free guides: their texts, as files of ours that a manager may edit later, and how they reach a reader."""
