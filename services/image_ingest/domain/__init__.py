"""What a picture is, what an upload is for, and how the one is made of the other."""
