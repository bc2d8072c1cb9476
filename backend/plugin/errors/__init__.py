"""What a panel says of an error, in whose words, and which button may help."""
