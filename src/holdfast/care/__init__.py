"""What people do in a clinic: one function for each thing that changes the record."""
