"""What Krita's users see: the docker and its widgets. They show the controller and call it."""
