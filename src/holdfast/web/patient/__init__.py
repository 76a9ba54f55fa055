"""Pages for the person in care: phone first, one thing at a time, help one tap away."""
