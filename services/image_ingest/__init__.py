"""From a photo that somebody took to pictures that anybody can see: checked, upright, small, without metadata."""
