"""What the user says and what the engine answers: frozen dataclasses, checked as they are made."""
