"""What bench measures: nets, engines and the transport."""
