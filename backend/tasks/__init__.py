"""Tasks: a net, a picture and dial settings in, a picture out."""
