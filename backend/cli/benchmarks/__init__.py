"""What bench measures: nets and the transport."""
