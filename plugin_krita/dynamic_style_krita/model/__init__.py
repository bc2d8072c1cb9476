"""What decides, without showing anything: the controller, previews and runs."""
