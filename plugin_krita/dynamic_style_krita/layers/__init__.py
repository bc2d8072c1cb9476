"""What reads and writes Krita's layers."""
